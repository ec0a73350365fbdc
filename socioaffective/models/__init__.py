"""The catalogue: one model a file. `sa.models.mirror` is a model, and iterating over `sa.models` gives them all."""

import sys
import types
from collections.abc import Iterator

from socioaffective.checks import unknown
from socioaffective.model import Model
from socioaffective.models.co_construction import co_construction
from socioaffective.models.companion import companion
from socioaffective.models.ecosystem import ecosystem
from socioaffective.models.mirror import mirror
from socioaffective.models.need import need
from socioaffective.models.needs import needs
from socioaffective.models.scaffold import scaffold
from socioaffective.models.set_point import set_point
from socioaffective.models.sphere import sphere
from socioaffective.models.ties import ties
from socioaffective.models.wanting import wanting, wanting_liking

CATALOGUE = {
    "mirror": mirror,
    "co_construction": co_construction,
    "sphere": sphere,
    "need": need,
    "needs": needs,
    "wanting": wanting,
    "wanting_liking": wanting_liking,
    "ties": ties,
    "companion": companion,
    "scaffold": scaffold,
    "set_point": set_point,
    "ecosystem": ecosystem,
}


def name_of(model: Model) -> str | None:
    """Returns the name of a model in the catalogue, whatever its defaults are now, or None for any other.

    >>> import socioaffective as sa
    >>> sa.models.name_of(sa.models.mirror.replace(influence=0.8))
    'mirror'
    """
    return next((n for n, own in CATALOGUE.items() if own.title == model.title and own.equations == model.equations), None)


class Catalogue(types.ModuleType):
    """A module that can also be iterated over and indexed by name."""

    def __iter__(self) -> Iterator[Model]:
        return iter(CATALOGUE.values())

    def __len__(self) -> int:
        return len(CATALOGUE)

    def __getitem__(self, name: str) -> Model:
        if not isinstance(name, str) or name not in CATALOGUE:
            raise unknown("model", name, CATALOGUE)
        return CATALOGUE[name]

    def __getattr__(self, name: str) -> Model:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(str(unknown("model", name, CATALOGUE)))


sys.modules[__name__].__class__ = Catalogue

"""The explorer of a table of runs: what its controls pick is the run that the table holds, on both sides."""

import itertools
import json
import shutil
import subprocess

import numpy as np
import pytest
import xarray as xr

import socioaffective as sa
from socioaffective.explorer.widget import RUNTIME

# Unevenly spaced, not in order, and not all of them short in decimals.
CUES = [0.9, 0.1 + 0.2, 0.0]
WAYS = ["bridging", "it's binding"]
SOURCE = RUNTIME.parent / "src"
# Reads a spec and a table, and says for each choice of labels what the page picks and writes.
PAGE = """
import { tableSource } from "%(source)s/run.js";
import { code } from "%(source)s/code.js";
import { csv } from "%(source)s/save.js";
const { spec, table, choices } = JSON.parse(await new Response(process.stdin).text());
const source = tableSource(spec, new DataView(Uint8Array.from(Buffer.from(table, "hex")).buffer));
const said = choices.map((values) => {
  const run = source.run(values);
  const alone = spec.switch ? Array.from(source.run(values, { [spec.switch]: 0 }).of(spec.variables[0].name)) : null;
  const series = spec.variables.map((q) => Array.from(run.of(q.name)));
  return { series, alone, code: code({ spec, values, source }), csv: csv(run, spec.download) };
});
console.log(JSON.stringify(said));
"""


def sweep():
    """Cues and access of the companion, swept together."""
    cues, access = (xr.DataArray(v, dims=n, coords={n: v}) for n, v in (("cues", CUES), ("access", [0.0, 1.0])))
    return sa.simulate(sa.models.companion, weeks=26, cues=cues, access=access, dt=0.5)


def worded():
    """The companion with two characters, by name, at several losses."""
    loss = xr.DataArray([0.02, 0.1], dims="loss", coords={"loss": [0.02, 0.1]})
    runs = [sa.simulate(sa.models.companion, weeks=26, dt=0.5, cues=c, loss=loss) for c in (0.2, 0.9)]
    return xr.concat(runs, xr.Variable("character", WAYS), join="override", combine_attrs="drop_conflicts")


@pytest.fixture(params=[sweep, worded])
def runs(request):
    return request.param()


def choices(view):
    labels = [c.get("options", c.get("labels")) for c in view.spec["controls"]]
    return [dict(zip(view.values, chosen, strict=True)) for chosen in itertools.product(*labels)]


def moved(view, values):
    for name, value in values.items():
        setattr(view, name, value)
    return view


def test_the_controls_pick_the_run_that_the_table_holds(runs):
    view = sa.explore(runs)
    assert view.values == choices(view)[0]
    assert len(choices(view)) == runs["ties"].size // runs.sizes["time"]
    for values in choices(view):
        run, own = moved(view, values).run, runs.sel(values)
        assert run["ties"].dims == ("time",)
        for name in view.spec["download"]:
            np.testing.assert_array_equal(run[name], own[name])


def test_the_code_picks_the_same_run(runs):
    view = sa.explore(runs)
    for values in choices(view):
        picked = eval(moved(view, values).code, {"runs": runs})
        np.testing.assert_array_equal(picked["ties"], view.run["ties"])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_page_picks_writes_and_saves_what_python_does(runs):
    view = sa.explore(runs)
    given = {"spec": view.spec, "table": view.table.hex(), "choices": choices(view)}
    call = ["node", "--input-type=module", "-e", PAGE % {"source": SOURCE.as_uri()}]
    said = json.loads(subprocess.run(call, input=json.dumps(given), capture_output=True, text=True, check=True).stdout)
    for values, page in zip(choices(view), said, strict=True):
        run = moved(view, values).run
        assert page["code"] == view.code
        for q, series in zip(view.spec["variables"], page["series"], strict=True):
            np.testing.assert_array_equal(np.float32(series), run[q["name"]].values.astype("f4"))
        head, *rows = page["csv"].splitlines()
        assert head == ",".join(["time", *view.spec["download"]])
        numbers = np.array([row.split(",") for row in rows], dtype=float)
        np.testing.assert_array_equal(numbers[:, 0], run["time"])
        for k, name in enumerate(view.spec["download"]):
            np.testing.assert_array_equal(numbers[:, k + 1].astype("f4"), run[name].values.astype("f4"))
        # Four bytes hold no more than nine digits; more would pretend.
        assert max(len(cell.lstrip("-0.").replace(".", "").split("e")[0]) for cell in rows[-1].split(",")[1:]) <= 9
        if page["alone"] is not None:
            alone = runs.sel({**values, "access": 0})
            np.testing.assert_array_equal(
                np.float32(page["alone"]), alone[view.spec["variables"][0]["name"]].values.astype("f4")
            )


def test_a_value_between_two_labels_is_the_nearest_one():
    view = sa.explore(sweep())
    assert next(c for c in view.spec["controls"] if c["name"] == "cues")["labels"] == sorted(CUES)
    for value, label in ((0.14, 0.0), (0.2, 0.1 + 0.2), (0.59, 0.1 + 0.2), (0.7, 0.9)):
        view.cues = value
        assert view.cues == label and float(view.run["cues"]) == label
    with pytest.raises(Exception, match=r"cues"):
        view.cues = 1.5
    view.reset()
    assert view.cues == 0.0


def test_words_are_a_menu_in_the_order_of_the_table():
    view = sa.explore(worded())
    first = view.spec["controls"][0]
    assert (first["name"], first["options"]) == ("character", WAYS)
    with pytest.raises(Exception, match="character"):
        view.character = "neither"


def test_what_a_setting_means_is_known_from_its_model():
    control = next(c for c in sa.explore(sweep()).spec["controls"] if c["name"] == "cues")
    assert control["meaning"] == sa.models.companion.levers["cues"].meaning


def test_the_twin_is_the_run_without_access_where_the_table_has_it():
    assert sa.explore(sweep()).spec["switch"] == "access"
    assert sa.explore(sweep().sel(access=[1.0, 0.0]).isel(cues=[0, 1])).spec["switch"] == "access"
    assert sa.explore(worded()).spec["switch"] is None


def test_multiples_are_drawn_over_a_dimension_of_words():
    views = [sa.views.multiples("character", "ties")]
    assert sa.explore(worded(), views=views).spec["views"][0]["over"] == "character"
    with pytest.raises(ValueError, match=r"labels are words, not over 'loss'.*character"):
        sa.explore(worded(), views=[sa.views.multiples("loss", "ties")])


@pytest.mark.parametrize("view", [sa.views.phase_plane(), sa.views.fan("ties", {"ties": 0.1}), sa.views.diagram("cues")])
def test_a_view_that_computes_is_refused(view):
    with pytest.raises(ValueError, match=r"needs a model to compute with.*course"):
        sa.explore(sweep()[["wanting", "ties"]], views=[view])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (lambda: sweep().mean("time"), "variables over time"),
        (lambda: sweep().isel(cues=[0]), "at least two labels"),
        (lambda: sweep().drop_vars("cues"), "at least two labels"),
        (lambda: sweep().isel(cues=[0, 0, 1]), "a label twice"),
        (lambda: worded().isel(character=[0, 0]), "a word twice"),
        (lambda: sweep().assign_coords(cues=np.array(["2020", "2021", "2022"], dtype="M8[Y]")), "all words or all numbers"),
        (lambda: sweep().assign_coords(access=[False, True]), "all words or all numbers"),
        (lambda: sweep().where(sweep().cues < 0.5), "not numbers"),
        (lambda: sweep().astype(complex), "not numbers"),
        (lambda: sweep().astype(str), "not numbers"),
        (lambda: sweep() * 1e300, "beyond 3.4e"),
        (lambda: sweep().rename(ties=0), "names in letters"),
        (lambda: sweep().isel(time=[0]), "times of a table"),
        (lambda: sweep().isel(time=slice(None, None, -1)), "times of a table"),
        (lambda: sweep().isel(time=[0, 1, 1]), "times of a table"),
        (lambda: sweep().isel(time=[0, 1]).assign_coords(time=np.array(["2020", "2021"], "M8[Y]")), "times of a table"),
    ],
)
def test_a_table_that_cannot_be_explored_is_refused(table, said):
    with pytest.raises(ValueError, match=said):
        sa.explore(table())


def test_a_guess_is_offered_where_it_can_be_drawn():
    across = [sa.views.path("wanting", "ties")]
    assert sa.explore(sweep(), views=across).spec["guessed"] is None
    assert sa.explore(sweep(), views=[*across, sa.views.course("ties")]).spec["guessed"] == "ties"
    with pytest.raises(ValueError, match="drawn over a time course"):
        sa.explore(sweep(), views=across, predict="ties")


def test_a_table_is_explored_by_what_it_shows_at_weeks_that_it_has():
    early = sa.views.light("early", sa.views.at("ties", 1) > 0)
    with pytest.raises(ValueError, match="The week of the light 'early' is 1, outside its bounds"):
        sa.explore(sweep().sel(time=slice(2, 8)), lights=[early])
    with pytest.raises(ValueError, match="give show at least one"):
        sa.explore(sweep(), show=[])

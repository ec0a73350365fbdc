import { authorship } from "./authorship.js";
import { course } from "./course.js";
import { diagram } from "./diagram.js";
import { fan } from "./fan.js";
import { multiples } from "./multiples.js";
import { needs } from "./needs.js";
import { path } from "./path.js";
import { phasePlane } from "./phase_plane.js";
import { region } from "./region.js";

/** The views by the kind that Python gives them. */
export const VIEWS = { authorship, course, diagram, fan, multiples, needs, path, phase_plane: phasePlane, region };

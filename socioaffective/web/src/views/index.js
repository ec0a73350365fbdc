import { authorship } from "./authorship.js";
import { cobweb } from "./cobweb.js";
import { course } from "./course.js";
import { diagram } from "./diagram.js";
import { fan } from "./fan.js";
import { multiples } from "./multiples.js";
import { needs } from "./needs.js";
import { path } from "./path.js";
import { phaseLine } from "./phase_line.js";
import { phasePlane } from "./phase_plane.js";
import { region } from "./region.js";
import { traceDeterminant } from "./trace_determinant.js";

/** The views by the kind that Python gives them. */
export const VIEWS = {
  authorship, cobweb, course, diagram, fan, multiples, needs, path, region,
  phase_line: phaseLine,
  phase_plane: phasePlane,
  trace_determinant: traceDeterminant,
};

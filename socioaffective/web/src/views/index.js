import { authorship } from "./authorship.js";
import { course } from "./course.js";
import { diagram } from "./diagram.js";
import { needs } from "./needs.js";
import { region } from "./region.js";

export const VIEWS = { authorship, course, diagram, needs, region };

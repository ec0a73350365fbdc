import { authorship } from "./authorship.js";
import { course } from "./course.js";
import { diagram } from "./diagram.js";
import { fan } from "./fan.js";
import { multiples } from "./multiples.js";
import { needs } from "./needs.js";
import { region } from "./region.js";

export const VIEWS = { authorship, course, diagram, fan, multiples, needs, region };

import { course } from "./course.js";
import { region } from "./region.js";

export const VIEWS = { course, region };

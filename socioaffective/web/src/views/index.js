import { course } from "./course.js";

export const VIEWS = { course };

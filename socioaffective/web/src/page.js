import { boot } from "./host.js";

await boot();
document.documentElement.dataset.widgets = "drawn";

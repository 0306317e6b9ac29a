import { courses } from "./courses.ts";
import { functions } from "./functions.ts";
import { overview } from "./overview.ts";
import { pushHealth } from "./push-health.ts";
import { route } from "./route.ts";

export const dashboards = [overview, route, functions, pushHealth, courses];

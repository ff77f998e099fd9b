import type { CheckDefinition } from "./check";
import { CLOUD_CHECKS } from "./cloudChecks";
import { DOCKER_CHECKS } from "./dockerChecks";
import { FIT_CHECKS } from "./fitChecks";
import { HOST_CHECKS } from "./hostChecks";
import { IMAGE_CHECKS } from "./imageChecks";
import { LIBVIRT_CHECKS } from "./libvirtChecks";
import { SET_UP_CHECKS } from "./setUpChecks";
import { SPACE_CHECKS } from "./spaceChecks";
import { STATE_CHECKS } from "./stateChecks";

/** Everything doctor looks at, in the order in which it is shown. */
export const CHECKS: readonly CheckDefinition[] = [
  ...SET_UP_CHECKS,
  ...DOCKER_CHECKS,
  ...LIBVIRT_CHECKS,
  ...HOST_CHECKS,
  ...CLOUD_CHECKS,
  ...STATE_CHECKS,
  ...FIT_CHECKS,
  ...IMAGE_CHECKS,
  ...SPACE_CHECKS,
];

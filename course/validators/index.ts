import type { LabConfig } from "../config";
import type { LabFacts } from "../facts";
import type { Fault } from "../faults";
import type { Placement } from "../placement";
import { adaptersValid } from "./adapters";
import { bridgesPossible } from "./bridges";
import { calendarValid } from "./calendar";
import { coexistenceSaid } from "./coexistence";
import { dockerStacksValid } from "./dockerStacks";
import {
  budgetNeedsCloud,
  channelsPossible,
  cloudsClosed,
  hostNamesUnique,
  machinesUnique,
  sharingSaid,
  targetsPossible,
  virtualizationOn,
  windowsNests,
} from "./hosts";
import { extensionPackLicensed } from "./licences";
import { machineImageUsed } from "./machineImage";
import { memoryValid } from "./memory";
import { clonesUnique, labName, nameFree, snapshotsUnique, uniqueNames } from "./names";
import { lanIsTheRoom, roomValid } from "./site";
import { subnetsValid, vlansValid } from "./switches";
import { timeZonesKnown } from "./timeZones";
import { desktopsSuffice } from "./users";
import type { PlacementValidator, Validator } from "./validator";
import { windowsGuestsValid } from "./windowsGuests";

export { checkNames } from "./names";
export { checkSwitches } from "./overlaps";

const VALIDATORS: readonly Validator[] = [
  nameFree,
  labName,
  uniqueNames,
  snapshotsUnique,
  clonesUnique,
  hostNamesUnique,
  machinesUnique,
  sharingSaid,
  targetsPossible,
  virtualizationOn,
  windowsNests,
  budgetNeedsCloud,
  cloudsClosed,
  channelsPossible,
  roomValid,
  lanIsTheRoom,
  bridgesPossible,
  vlansValid,
  subnetsValid,
  adaptersValid,
  memoryValid,
  machineImageUsed,
  timeZonesKnown,
  dockerStacksValid,
  windowsGuestsValid,
  extensionPackLicensed,
  calendarValid,
];

const PLACEMENT_VALIDATORS: readonly PlacementValidator[] = [coexistenceSaid, desktopsSuffice];

/** Every fault of a configuration that parsed, and of its meeting with the host when facts are given. */
export function checkConfig(lab: string, config: LabConfig, facts: LabFacts): Fault[] {
  return VALIDATORS.flatMap((validate) => validate(config, facts, lab));
}

/** Every fault that shows once each team has its host. */
export function checkPlacement(config: LabConfig, placement: Placement): Fault[] {
  return PLACEMENT_VALIDATORS.flatMap((validate) => validate(config, placement));
}

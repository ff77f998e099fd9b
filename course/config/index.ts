export type { CalendarConfig } from "./calendar";
export { type DockerStackConfig, dockerStackSchema, type GuestConfig } from "./guests";
export type { HostConfig } from "./hosts";
export type { LicencesConfig } from "./licences";
export { formatPath, nearest, parseLab } from "./parse";
export { EDITIONS, type LabConfig, labSchema } from "./schema";
export type { RegistryConfig, SiteConfig } from "./site";
export type { SwitchConfig } from "./switches";
export { MAX_SLOT, type StateConfig, type TeamsConfig } from "./teams";

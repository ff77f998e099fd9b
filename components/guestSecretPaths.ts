import { teamKeyPath } from "./hypervisors/channelOptions";

/** Path, below the home folder, of a guest's public host key: one line, type and key. */
export function hostKeyPath(lab: string, objectName: string): string {
  return teamKeyPath(lab, `${objectName}.pub`);
}

/** Path, below the home folder, of the password of a guest's console. */
export function consolePasswordPath(lab: string, objectName: string): string {
  return teamKeyPath(lab, `${objectName}.password`);
}

/** Path, below the home folder, of the password of an account in a guest with Windows. */
export function accountPasswordPath(lab: string, objectName: string, account: string): string {
  return teamKeyPath(lab, `${objectName}.${account}.password`);
}

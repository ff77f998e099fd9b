import { createHash } from "node:crypto";
import type { GuestPlan } from "../../../../course/plan";
import { windowsKeyboard, windowsLocale, windowsZone } from "../../../../course/windows/language";
import type { SshKeyPair } from "../../../sshKey";
import { renderXml, type Xml } from "../xml";

/** Account that the operator manages a guest as, over its channel; no learner's. */
export const CHANNEL_ACCOUNT = "classlab";

/** Name of the answer file: Windows looks for it at the root of a DVD (learn.microsoft.com, "Windows Setup Automation Overview", implicit search). */
export const ANSWER_FILE = "Autounattend.xml";

/** Begins the first start's script, on whatever drive the seed is. A command of a first logon may have 1024 characters. */
const BEGIN =
  "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command \"foreach ($drive in Get-PSDrive -PSProvider FileSystem) { $file = $drive.Root + 'FirstStart.ps1'; if (Test-Path -LiteralPath $file) { & $file } }\"";

/**
 * Password of the accounts that the first start makes, until the guest is ready. The seed is a DVD, which every account of the guest may read: what is
 * on it is nobody's password any more once anybody is let in. It comes from the guest's host key, and tells nothing of it.
 */
export function firstPassword({ privateKey }: Pick<SshKeyPair, "privateKey">): string {
  // Windows Server asks for three kinds of characters.
  return `Aa1-${createHash("sha256").update(`first start\n${privateKey}`).digest("hex").slice(0, 24)}`;
}

/** A component of the answer file, of Windows on x86-64 (learn.microsoft.com, "Unattended Windows Setup Reference"). */
function component(name: string, content: Xml): Xml {
  return {
    "@name": `Microsoft-Windows-${name}`,
    "@processorArchitecture": "amd64",
    "@publicKeyToken": "31bf3856ad364e35",
    "@language": "neutral",
    "@versionScope": "nonSxS",
    ...content,
  };
}

const ADD: Xml = { "@wcm:action": "add" };

function known(value: string | undefined, what: string, guest: GuestPlan): string {
  if (value === undefined)
    throw new Error(`Windows' name of the ${what} of ${guest.objectName} is not known`);
  return value;
}

/**
 * The answer file of a guest: its name, its language, and the operator's account, which logs in once, begins the first start's script and waits for no
 * question. Windows runs those commands as an administrator (learn.microsoft.com, "FirstLogonCommands"). Elements stand in the order of Microsoft's
 * reference, as its System Image Manager writes them.
 * @throws where Windows has no name of the guest's time zone or keyboard, which a plan is refused for
 */
export function renderAnswers(guest: GuestPlan, { hostKey }: { readonly hostKey: SshKeyPair }): string {
  const zone = known(windowsZone(guest.timeZone), "time zone", guest);
  const locale = windowsLocale(guest.locale);
  const password: Xml = { Value: firstPassword(hostKey), PlainText: "true" };
  const international = component("International-Core", {
    InputLocale: known(windowsKeyboard(guest.keyboard), "keyboard", guest),
    SystemLocale: locale,
    UILanguage: locale,
    UILanguageFallback: "en-US",
    UserLocale: locale,
  });
  const setup = component("Shell-Setup", {
    AutoLogon: { Password: password, Enabled: "true", LogonCount: 1, Username: CHANNEL_ACCOUNT },
    FirstLogonCommands: {
      SynchronousCommand: {
        ...ADD,
        Order: 1,
        CommandLine: BEGIN,
        Description: "classlab: the first start",
        RequiresUserInput: "false",
      },
    },
    OOBE: {
      HideEULAPage: "true",
      HideLocalAccountScreen: "true",
      HideOEMRegistrationScreen: "true",
      HideOnlineAccountScreens: "true",
      HideWirelessSetupInOOBE: "true",
      // No recommended settings: nothing is sent to Microsoft that nobody chose.
      ProtectYourPC: 3,
    },
    UserAccounts: {
      AdministratorPassword: password,
      LocalAccounts: {
        LocalAccount: {
          ...ADD,
          Password: password,
          Description: "classlab's own: it keeps this guest",
          DisplayName: CHANNEL_ACCOUNT,
          Group: "Administrators",
          Name: CHANNEL_ACCOUNT,
        },
      },
    },
  });
  return renderXml({
    unattend: {
      "@xmlns": "urn:schemas-microsoft-com:unattend",
      "@xmlns:wcm": "http://schemas.microsoft.com/WMIConfig/2002/State",
      settings: [
        {
          "@pass": "specialize",
          component: component("Shell-Setup", { ComputerName: guest.name, TimeZone: zone }),
        },
        { "@pass": "oobeSystem", component: [international, setup] },
      ],
    },
  });
}

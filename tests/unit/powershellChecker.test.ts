import { checkFiles } from "../powershell/check";
import { RULES, type Rule } from "../powershell/findings";
import { ADDITIONS, CMDLETS, MICROSOFT, OTHERS } from "../powershell/tables";

/** What is found in a text, as `rule: what`. */
async function found(text: string, path = "planted.ps1"): Promise<string[]> {
  const { findings } = await checkFiles([{ path, text }]);
  return findings.map(({ rule, what }) => `${rule}: ${what}`);
}

const OWN = `function Set-Thing {
  [CmdletBinding()]
  param(
    [Parameter(Mandatory = $true)] [string]$Name,
    [ValidateSet('Internal', 'External')] [string]$Kind,
    [int]$Count
  )
`;

/** Faults as people make them, each with what has to be said of it. */
const PLANTED: readonly (readonly [string, Rule, string, string])[] = [
  ["a wrong parameter", "unknown-parameter", "Get-VM -Names 'a'", "Get-VM: there is no parameter -Names"],
  [
    "a wrong value",
    "wrong-value",
    "New-VMSwitch -Name 'a' -SwitchType External",
    "New-VMSwitch: -SwitchType takes one of Internal, Private, not External",
  ],
  [
    "a truth value for a switch of words",
    "wrong-value",
    "Set-VMNetworkAdapter -VMName 'a' -MacAddressSpoofing $true",
    "Set-VMNetworkAdapter: -MacAddressSpoofing takes one of On, Off, not $true",
  ],
  [
    "words for a truth value",
    "wrong-value",
    "Set-VMProcessor -VMName 'a' -ExposeVirtualizationExtensions On",
    "Set-VMProcessor: -ExposeVirtualizationExtensions takes $true or $false, not On",
  ],
  [
    "words for a number",
    "wrong-value",
    "Start-Sleep -Seconds 'soon'",
    "Start-Sleep: -Seconds takes a number, not soon",
  ],
  [
    "a number too large",
    "wrong-value",
    "Start-Sleep -Seconds 4GB",
    "Start-Sleep: -Seconds takes no 4GB: it is System.Int32",
  ],
  [
    "a list where one belongs",
    "wrong-value",
    "New-VMSwitch -Name 'a', 'b' -SwitchType Private",
    "New-VMSwitch: -Name takes one String, not a list",
  ],
  [
    "one wrong value in a list",
    "wrong-value",
    "Get-VMSwitch -SwitchType 'Private', 'Nat'",
    "Get-VMSwitch: -SwitchType takes one of Private, Internal, External, not Nat",
  ],
  [
    "a mandatory parameter left out",
    "mandatory-missing",
    "Set-VMComPort -VMName 'a' -Path '\\\\.\\pipe\\a'",
    "Set-VMComPort: without -Number",
  ],
  [
    "two parameter sets mixed",
    "mixed-sets",
    "New-VMSwitch -Name 'a' -SwitchType Internal -AllowManagementOS $true",
    "New-VMSwitch: no parameter set has all of these: -SwitchType is of SwitchType; -AllowManagementOS is of NetAdapterName, NetAdapterInterfaceDescription",
  ],
  [
    "two modes mixed",
    "mixed-modes",
    "Set-VMNetworkAdapterVlan -VMName 'a' -Access -Trunk -VlanId 5",
    "Set-VMNetworkAdapterVlan: -Access and -Trunk exclude each other",
  ],
  [
    "a mode with what is another's",
    "mixed-modes",
    "Set-VMNetworkAdapterVlan -VMName 'a' -Untagged -VlanId 5",
    "Set-VMNetworkAdapterVlan: -VlanId is not of -Untagged",
  ],
  [
    "half a mode",
    "mandatory-missing",
    "Set-VMNetworkAdapterVlan -VMName 'a' -Trunk -NativeVlanId 1",
    "Set-VMNetworkAdapterVlan: -Trunk without -AllowedVlanIdList",
  ],
  ["a misspelt cmdlet", "unknown-command", "New-VMSwich -Name 'a'", "there is no New-VMSwich"],
  ["an unknown function", "unknown-command", "Set-Thin -Name 'a'", "there is no Set-Thin"],
  [
    "an own function's wrong parameter",
    "unknown-parameter",
    `${OWN}}\nSet-Thing -Name 'a' -Colour 'red'`,
    "Set-Thing: there is no parameter -Colour",
  ],
  [
    "an own function without what it needs",
    "mandatory-missing",
    `${OWN}}\nSet-Thing -Count 1`,
    "Set-Thing: without -Name",
  ],
  [
    "an own function's wrong value",
    "wrong-value",
    `${OWN}}\nSet-Thing -Name 'a' -Kind Private`,
    "Set-Thing: -Kind takes one of Internal, External, not Private",
  ],
  [
    "a value handed on that may be wrong",
    "wrong-value",
    `${OWN}  New-VMSwitch -Name $Name -SwitchType $Kind\n}`,
    "New-VMSwitch: -SwitchType takes one of Internal, Private, and $kind may be External",
  ],
  [
    "an abbreviation",
    "abbreviated-parameter",
    "Get-VMNetworkAdapter -VMNam 'a'",
    "Get-VMNetworkAdapter: -VMNam is short for -VMName",
  ],
  [
    "an alias of a parameter",
    "parameter-alias",
    "New-VM -VMName 'a'",
    "New-VM: -VMName is an alias of -Name",
  ],
  ["an alias", "alias", "gci", "gci is an alias"],
  [
    "a positional argument",
    "positional-argument",
    "Get-VM -ErrorAction Stop 'a'",
    "Get-VM: 'a' is given without its parameter's name",
  ],
  [
    "a parameter given twice",
    "parameter-twice",
    "Get-VM -Name 'a' -Name 'b'",
    "Get-VM: -Name is given twice",
  ],
  ["a value left out", "value-missing", "Get-VM -Name -ErrorAction Stop", "Get-VM: -Name has no value"],
  [
    "a wrong key in a hashtable for splatting",
    "unknown-parameter",
    "$with = @{ Name = 'a' }\nNew-VMSwitch @with -SwitchType Private\n$with.Colour = 'red'",
    "New-VMSwitch: there is no parameter -Colour",
  ],
  [
    "a wrong value in one",
    "wrong-value",
    "$with = @{ Name = 'a' }\n$with['SwitchType'] = 'NAT'\nNew-VMSwitch @with -SwitchType Private",
    "New-VMSwitch: -SwitchType takes one of Internal, Private, not NAT",
  ],
  [
    "a mandatory parameter that a hashtable has under a condition only",
    "mandatory-missing",
    "$with = @{ SwitchType = 'Private' }\nif ($a) { $with.Name = 'a' }\nNew-VMSwitch @with",
    "New-VMSwitch: without -Name",
  ],
  [
    "a hashtable from elsewhere",
    "unknown-splat",
    "function Set-Other {\n  param($With)\n  Get-VM @With\n}",
    "Get-VM: no hashtable $with is written in this function",
  ],
  [
    "a hashtable with keys that only a run tells",
    "unknown-splat",
    "$with = @{ Name = 'a' }\n$with[$key] = 1\nGet-VM @with",
    "Get-VM: keys of $with are worked out when it runs, and no reason is given",
  ],
  ["a variable of PowerShell's own", "automatic-variable", "$home = 'a'", "$home is PowerShell's own"],
  [
    "one as a parameter",
    "automatic-variable",
    "function Get-Thing {\n  param([string]$Host)\n}",
    "$Host is PowerShell's own",
  ],
  [
    "one in a loop",
    "automatic-variable",
    "foreach ($input in 1, 2) { Get-VM }",
    "$input is PowerShell's own",
  ],
  [
    "data run as a program",
    "forbidden-command",
    "Invoke-Expression -Command $text",
    "Invoke-Expression: it runs data as a program",
  ],
  ["words among the answer", "forbidden-command", "Write-Host 'a'", "Write-Host: it writes among the answer"],
  ["a value called", "call-of-value", "& $program", "& $program runs what a value holds"],
  [
    "errors hidden",
    "error-swallowed",
    "Get-VM -ErrorAction SilentlyContinue",
    "-ErrorAction hides errors, and no reason is given",
  ],
  [
    "all errors hidden",
    "error-swallowed",
    "$ErrorActionPreference = 'SilentlyContinue'",
    "$ErrorActionPreference = 'SilentlyContinue' hides errors, and no reason is given",
  ],
  [
    "errors caught and dropped",
    "error-swallowed",
    "try { Get-VM } catch { }",
    "catch { } hides errors, and no reason is given",
  ],
  ["a brace that is not closed", "syntax", "if ($a) { Get-VM", "} is missing"],
  ["what is no PowerShell", "syntax", "Get-VM -Name 'a' )", ") cannot be read"],
];

test.each(PLANTED)("%s", async (_name, rule, text, what) => {
  expect(await found(text)).toEqual([`${rule}: ${what}`]);
});

test("operators of PowerShell 7", async () => {
  for (const text of ["$a = $b ?? 1", "$a = $b ? 1 : 2", "Get-VM && Get-Date", "$a = $b?.Name"]) {
    const rules = (await checkFiles([{ path: "a.ps1", text }])).findings.map(({ rule }) => rule);
    expect([text, rules.some((rule) => rule === "not-in-5.1" || rule === "syntax")]).toEqual([text, true]);
  }
});

const guarded = (binding: string, body: string) =>
  `function Remove-Thing {\n  [CmdletBinding(${binding})]\n  param()\n  ${body}\n}\n`;
const REMOVE = "Remove-VM -Name 'a' -Force";
const ASK = "if ($PSCmdlet.ShouldProcess('a', 'Remove'))";

test("a module's change that -WhatIf would not stop", async () => {
  const why = "not-guarded: Remove-VM would be done with -WhatIf, too";
  const declared = "not-guarded: Remove-Thing: SupportsShouldProcess and ShouldProcess go together";
  const all = async (binding: string, body: string) => await found(guarded(binding, body), "planted.psm1");
  expect(await all("SupportsShouldProcess = $true", `${ASK} { ${REMOVE} }`)).toEqual([]);
  expect(await all("SupportsShouldProcess = $true", `${ASK} { Get-VM }; ${REMOVE}`)).toEqual([why]);
  expect(await all("SupportsShouldProcess = $true", `${ASK} { Get-VM } else { ${REMOVE} }`)).toEqual([why]);
  expect(await all("SupportsShouldProcess = $true", `if ($a) { Get-VM } else${ASK} { ${REMOVE} }`)).toEqual(
    [],
  );
  expect(await all("", `${ASK} { ${REMOVE} }`)).toEqual([declared]);
  const wrongly = "if (-not $PSCmdlet.ShouldProcess('a', 'Remove'))";
  expect(await all("SupportsShouldProcess = $true", `${ASK} { Get-VM }; ${wrongly} { ${REMOVE} }`)).toEqual([
    why,
  ]);
  expect(await all("SupportsShouldProcess = $true", "Get-VM")).toEqual([declared]);
});

test("what is right is no finding", async () => {
  const text = `${OWN}  $with = @{ Name = $Name; SwitchType = 'Private' }
  if ($Count -gt 1) { $with.Notes = "$Name is one of $Count" }
  New-VMSwitch @with -ErrorAction Stop | Out-Null
  # Reason: there may be none.
  Get-VM -Name $Name -ErrorAction SilentlyContinue | ForEach-Object -Process { $_.Id }
  Get-VM -Name $Name | Remove-VM -Force -Confirm:$false
  Set-VMMemory -VMName $Name -StartupBytes 512MB -DynamicMemoryEnabled $false
  fsutil.exe sparse setflag $Name 0
}
Set-Thing -Name 'a' -Kind internal -Verbose
`;
  expect(await found(text)).toEqual([]);
});

test("every rule has a planted fault", () => {
  const planted = new Set([...PLANTED.map(([, rule]) => rule), "not-in-5.1", "not-guarded"]);
  expect(RULES.filter((rule) => !planted.has(rule))).toEqual([]);
});

test("the tables say where they are from, and do not contradict each other", () => {
  expect(MICROSOFT.source).toEqual([
    "MicrosoftDocs/windows-powershell-docs, docset winserver2025-ps, commit f113d6bda (2026-04-25)",
    "MicrosoftDocs/PowerShell-Docs, reference/5.1, commit 27138b21b (2026-08-20)",
  ]);
  for (const [name, { source }] of Object.entries(OTHERS.cmdlets)) {
    expect([name, source]).toEqual([
      name,
      expect.stringMatching(/^https:\/\/(learn\.microsoft\.com|pester\.dev)\//),
    ]);
    expect(Object.keys(MICROSOFT.cmdlets)).not.toContain(name);
  }
  for (const [name, { parameters, modes }] of Object.entries(ADDITIONS)) {
    const known = Object.keys(MICROSOFT.cmdlets[name]?.parameters ?? {});
    expect(known.filter((parameter) => parameters[parameter])).toEqual([]);
    const all = Object.keys(CMDLETS.get(name.toLowerCase())?.parameters ?? {});
    expect(Object.keys(MICROSOFT.cmdlets[name]?.parameters ?? {})).toEqual(
      expect.arrayContaining(Object.keys(ADDITIONS[name]?.corrections ?? {})),
    );
    expect(all).toEqual(expect.arrayContaining(Object.entries(modes ?? {}).flat(2)));
  }
});

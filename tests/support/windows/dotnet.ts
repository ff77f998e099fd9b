import type { Windows } from "./model";
import { Moment, PowerShellError, toNumber, toText } from "./values";

type Member = (host: Windows, args: readonly unknown[]) => unknown;

const leaf = (path: string): string => path.split("\\").at(-1) ?? path;

/** Without `.` and `..`, as Windows makes a path whole. */
function whole(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("\\")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("\\");
}

const ADMINISTRATORS = "S-1-5-32-544";

const MEMBERS: Readonly<Record<string, Member>> = {
  "Convert::FromBase64String": (_host, [text]) => Buffer.from(toText(text), "base64"),
  "Convert::ToBase64String": (_host, [bytes]) => (Buffer.isBuffer(bytes) ? bytes.toString("base64") : ""),
  "DateTime::UtcNow": (host) => new Moment(host.now()),
  "Environment::MachineName": (host) => host.name,
  "Globalization.CultureInfo::InstalledUICulture": (host) => ({ Name: host.culture }),
  "IO.Directory::Exists": (host, [path]) => host.entry(toText(path))?.folder === true,
  "IO.Directory::GetDirectories": (host, [path]) =>
    host.inside(toText(path)).flatMap((each) => (each.folder ? [each.path] : [])),
  "IO.Directory::GetFiles": (host, [path, name]) =>
    host
      .inside(toText(path))
      .flatMap((each) => (!each.folder && leaf(each.path).toLowerCase() === toText(name) ? [each.path] : [])),
  "IO.DriveInfo::new": (host, [name]) => ({ Name: toText(name), AvailableFreeSpace: host.freeBytes }),
  "IO.File::Copy": (host, [from, to]) => {
    const found = host.need(toText(from));
    host.file(toText(to), found.bytes, found.size, found.vhd);
  },
  "IO.File::Move": (host, [from, to]) => host.move(toText(from), toText(to)),
  "IO.File::ReadAllBytes": (host, [path]) => host.need(toText(path)).bytes,
  "IO.File::WriteAllBytes": (host, [path, bytes]) => {
    if (Buffer.isBuffer(bytes)) host.file(toText(path), bytes);
  },
  "IO.FileAttributes::Compressed": () => 2048,
  "IO.FileAttributes::Encrypted": () => 16384,
  "IO.FileAttributes::SparseFile": () => 512,
  "IO.FileInfo::new": (host, [path]) => ({ Length: host.need(toText(path)).size }),
  "IO.Path::GetFullPath": (_host, [path]) => whole(toText(path)),
  "IO.Path::GetPathRoot": (_host, [path]) => toText(path).slice(0, 3),
  "Math::Ceiling": (_host, [value]) => Math.ceil(toNumber(value)),
  "Math::Floor": (_host, [value]) => Math.floor(toNumber(value)),
  "Math::Min": (_host, [a, b]) => Math.min(toNumber(a), toNumber(b)),
  "Math::Pow": (_host, [a, b]) => toNumber(a) ** toNumber(b),
  "Net.IPAddress::Parse": (_host, [address]) => ({
    GetAddressBytes: () => toText(address).split(".").map(Number),
  }),
  "Net.SecurityProtocolType::Tls12": () => 3072,
  "Net.ServicePointManager::SecurityProtocol": () => 0,
  "Net.ServicePointManager::set SecurityProtocol": () => undefined,
  "Net.WebClient::new": (host) => ({
    DownloadFile: (address: unknown, path: unknown) => {
      const bytes = host.web.get(toText(address));
      if (!bytes) throw new PowerShellError("リモート サーバーがエラーを返しました: (404) 見つかりません");
      host.file(toText(path), bytes, bytes.length, { size: 4 * 2 ** 30, type: "Dynamic" });
    },
  }),
  "Security.Principal.SecurityIdentifier::new": (_host, [sid]) => toText(sid),
  "Security.Principal.WindowsIdentity::GetCurrent": () => ({}),
  "Security.Principal.WindowsPrincipal::new": (host) => ({
    IsInRole: (sid: unknown) => host.administrator && sid === ADMINISTRATORS,
  }),
  "Text.Encoding::UTF8": () => ({
    GetString: (bytes: unknown) => (Buffer.isBuffer(bytes) ? bytes.toString("utf8") : ""),
  }),
  "StringComparison::OrdinalIgnoreCase": () => true,
  "System.InvalidOperationException::new": (_host, [message]) => new PowerShellError(toText(message)),
};

/** A static member of .NET on a host. @throws Error for what the stand-in was not taught */
export function staticMember(
  host: Windows,
  type: string,
  name: string,
  args: readonly unknown[] | undefined,
): unknown {
  const member = MEMBERS[`${type}::${name}`];
  if (!member) throw new Error(`the stand-in was not taught [${type}]::${name}`);
  return member(host, args ?? []);
}

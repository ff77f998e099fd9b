/** Shell that makes `$work`, a folder of the script alone, which goes with it however it ends. */
export const WORK = `work=$(mktemp -d)
cleaned() {
  rm -rf "$work"
}
trap cleaned EXIT
trap 'exit 1' HUP INT TERM
`;

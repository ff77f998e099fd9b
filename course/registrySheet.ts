/**
 * What a team's folder says of its account at the class's registry (manual L3352-3375), in both languages.
 * @param registry name of the registry as it stands before an image's
 */
export function renderAccount(registry: string, account: string, password: string): string {
  const commands = `docker login ${registry}
docker tag IMAGE ${registry}/${account}/IMAGE:1
docker push ${registry}/${account}/IMAGE:1
docker pull ${registry}/TEAM/IMAGE:1`;
  return `レジストリ / Registry:   ${registry}
アカウント / Account:    ${account}
パスワード / Password:   ${password}

${commands}

自分のチームのイメージは ${account}/ の下にだけ登録できる。他のチームのイメージ（TEAM/IMAGE）は取得して実行できる。
Images are pushed below ${account}/ alone. Those of other teams (TEAM/IMAGE) can be pulled and run.
`;
}

import { TARGETS } from "../support";
import type { ExerciseData, ExerciseState, LocalText, StateRefusal } from "./exercise";

/** What every exercise with Docker begins with: nothing of it done, and nothing to wait for. */
function dockerReady(words: LocalText): ExerciseState {
  return { words, guests: "all", adapters: "configured", stacks: [], refused: {} };
}

const everywhere = (refusal: StateRefusal): ExerciseState["refused"] =>
  Object.fromEntries(TARGETS.map((target) => [target, refusal]));

const IMAGES_THERE: LocalText = {
  en: "Docker runs, the user may use it, the course's images are there, and there is no container.",
  ja: "Docker が動作し、一般ユーザで使用でき、教材イメージが揃っており、コンテナは 1 つもない。",
};

/** Exercises 4 to 6 and the final one: inside a guest, with its own Docker Engine. */
export const DOCKER_EXERCISE_DATA = [
  {
    id: "4-docker",
    title: { en: "Install and use Docker", ja: "Docker のインストールと基本設定" },
    manual: "L2945–3226",
    needs: {
      guests: 1,
      docker: true,
      images: ["hello-world", "ubuntu", "nginx"],
      switches: [],
      others: [],
    },
    start: dockerReady(IMAGES_THERE),
    solved: {
      words: {
        en: "The nginx containers of L3222 run, as many as are configured; the one on port 8080 beside them where no port is needed twice (L3175 removes it before).",
        ja: "L3222 の nginx コンテナが設定した数だけ動作している。ポートが重ならない場合は 8080 番の nginx も動作している（マニュアルでは L3175 で先に削除する）。",
      },
      guests: "all",
      adapters: "configured",
      stacks: ["nginx-farm", "nginx"],
      refused: {},
    },
    checks: [
      {
        en: 'The image hello-world prints "Hello from Docker!".',
        ja: "hello-world で「Hello from Docker!」と表示される。",
        manual: "L3014",
      },
      {
        en: "A file made in one ubuntu container is gone in the next.",
        ja: "ubuntu コンテナ内で作成したファイルは、次に起動したコンテナには存在しない。",
        manual: "L3107–3118",
      },
      {
        en: 'Port 8080 of the guest shows "Welcome to nginx!".',
        ja: "ゲストの 8080 番ポートで「Welcome to nginx!」が表示される。",
        manual: "L3199–3206",
      },
      {
        en: "Each of the ports from 8001 on answers.",
        ja: "8001 番以降のどのポートにもアクセスできる。",
        manual: "L3222–3225",
      },
    ],
    inside: true,
  },
  {
    id: "5-image",
    title: { en: "Keep data, and make an image of your own", ja: "コンテナのデータ保存と独自コンテナの作成" },
    manual: "L3227–3376",
    needs: {
      guests: 1,
      docker: true,
      images: ["ubuntu", "alpine"],
      switches: [],
      others: [
        {
          en: "An account for each team at the registry that images are pushed to (L3282)",
          ja: "イメージのアップロード先となるレジストリの、チームごとのアカウント（L3282）",
        },
      ],
    },
    start: dockerReady(IMAGES_THERE),
    solved: {
      words: {
        en: "The files test.txt and test2.txt in ~/data, and an image of the team's own, pushed to the class's registry and run by another team. Learners make both themselves: classlab does not, and a push needs that registry.",
        ja: "~/data に test.txt と test2.txt があり、チーム独自のイメージがクラスのレジストリに登録され、他のチームで実行できている。いずれも受講者自身が作成するもので、classlab では作成しない。登録にはそのレジストリが必要。",
      },
      guests: "all",
      adapters: "configured",
      stacks: [],
      refused: everywhere({
        why: "its files and its image are made by the learners themselves, and pushing it and pulling another team's needs the class's registry",
        instead: '"at: start", which has Docker and the images that the exercise begins with',
      }),
    },
    checks: [
      {
        en: "The files test.txt and test2.txt are in ~/data after the container has ended.",
        ja: "コンテナの終了後も ~/data に test.txt と test2.txt が残っている。",
        manual: "L3268–3277",
      },
      {
        en: 'The image of your own prints "Hello! world!", the processes and "Good!".',
        ja: "独自のイメージを実行すると「Hello! world!」、プロセス一覧、「Good!」が表示される。",
        manual: "L3330–3338",
      },
      {
        en: "The image is pushed, with the tag latest.",
        ja: "イメージが latest のタグでアップロードされている。",
        manual: "L3367–3373",
      },
      {
        en: "Another team's image can be pulled and run.",
        ja: "他のチームのイメージを取得して実行できる。",
        manual: "L3375",
      },
    ],
    inside: true,
  },
  {
    id: "6-php",
    title: { en: "Apache with PHP in one container", ja: "コンテナの応用：Apache と PHP" },
    manual: "L3377–3650",
    needs: { guests: 1, docker: true, images: ["php-apache"], switches: [], others: [] },
    start: dockerReady(IMAGES_THERE),
    solved: {
      words: {
        en: "Apache with PHP runs, its pages in a folder of the guest, and shows phpinfo().",
        ja: "Apache と PHP のコンテナが動作し、ゲスト側のディレクトリに置いた phpinfo() のページが表示される。",
      },
      guests: "all",
      adapters: "configured",
      stacks: ["php-apache"],
      refused: {},
    },
    checks: [
      {
        en: 'Port 8070 of the guest shows "Forbidden" before there is a page.',
        ja: "ページを作成する前は、ゲストの 8070 番ポートで「Forbidden」と表示される。",
        manual: "L3518–3524",
      },
      {
        en: "With the page made in the container, it shows PHP's information.",
        ja: "コンテナ内でページを作成すると、PHP の情報が表示される。",
        manual: "L3553–3603",
      },
      {
        en: "With the folder of the guest bound to the container, the page outlives the container.",
        ja: "ゲスト側のディレクトリと同期させると、コンテナを削除してもページが残る。",
        manual: "L3605–3650",
      },
    ],
    inside: true,
  },
  {
    id: "6-wordpress",
    title: {
      en: "WordPress and its database by Docker Compose",
      ja: "コンテナの応用：Docker Compose による WordPress",
    },
    manual: "L3652–3752",
    needs: { guests: 1, docker: true, images: ["wordpress", "database"], switches: [], others: [] },
    start: dockerReady(IMAGES_THERE),
    solved: {
      words: {
        en: "WordPress and its database run, and the page of its set-up is shown. The database is not published.",
        ja: "WordPress とデータベースが動作し、WordPress の設定ページが表示される。データベースのポートは公開しない。",
      },
      guests: "all",
      adapters: "configured",
      stacks: ["wordpress"],
      refused: {},
    },
    checks: [
      {
        en: "Port 8060 of the guest shows the page of WordPress.",
        ja: "ゲストの 8060 番ポートで WordPress のページが表示される。",
        manual: "L3746–3752",
      },
    ],
    inside: true,
  },
  {
    id: "final",
    title: { en: "A small system of your own", ja: "総合演習" },
    manual: "L177",
    needs: { guests: 1, docker: true, images: [], switches: [], others: [] },
    start: dockerReady(IMAGES_THERE),
    solved: {
      words: {
        en: "Whatever the team has made; the instructor judges it.",
        ja: "チームごとに異なる。講師が確認する。",
      },
      guests: "all",
      adapters: "configured",
      stacks: [],
      refused: everywhere({
        why: "every team makes a system of its own",
        instead: '"at: start"',
      }),
    },
    checks: [
      {
        en: "The team shows its system, and says what it improves in their work.",
        ja: "チームのシステムを動作させ、業務のどこが改善されるかを説明できる。",
        manual: "L177",
      },
    ],
    inside: true,
  },
] as const satisfies readonly ExerciseData[];

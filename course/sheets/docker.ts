import { wordPressCompose } from "../composeFiles";
import { AS_PRINTED, both, commands, type SheetEntry, words } from "./sheet";

const PULLED = {
  en: "The image of the book's time is not prepared in the guests: Docker pulls it from Docker Hub, which needs the internet and counts against its limit of 100 pulls in 6 hours for an address. It gets no fixes any more.",
  ja: "当時のイメージはゲストに用意されていない。Docker Hub から取得するためインターネット接続が必要で、1 アドレスあたり 6 時間に 100 回までという制限の対象になる。更新も終了している。",
} as const;

const hundred = (
  comment: string,
): string => `for port in $(seq 8001 8100); do docker run -d -p $port:80 nginx; done
# ${comment}
docker rm -f $(docker ps -a -q --filter ancestor=nginx)`;

/** Exercises 4 to 6. */
export const DOCKER_SHEET: readonly SheetEntry[] = [
  {
    exercise: "4-docker",
    manual: "L2958–2972",
    book: "curl -fsSL https://download.docker.com/linux/ubuntu/gpg | sudo apt-key add - / sudo add-apt-repository ¥ ...",
    type: {
      current: commands(
        `sudo apt-get update
sudo apt-get install ca-certificates curl
sudo install -m 0755 -d /etc/apt/keyrings
sudo curl -fsSL https://download.docker.com/linux/ubuntu/gpg -o /etc/apt/keyrings/docker.asc
sudo chmod a+r /etc/apt/keyrings/docker.asc
echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] \\
  https://download.docker.com/linux/ubuntu $(. /etc/os-release && echo $VERSION_CODENAME) stable" |
  sudo tee /etc/apt/sources.list.d/docker.list
sudo apt-get update
sudo apt-get install docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin`,
      ),
      "2019": commands(
        `sudo apt-get update
sudo apt-get install apt-transport-https ca-certificates curl software-properties-common
curl -fsSL https://download.docker.com/linux/ubuntu/gpg | sudo apt-key add -
sudo add-apt-repository \\
  "deb [arch=amd64] https://download.docker.com/linux/ubuntu \\
  $(lsb_release -cs) \\
  stable"
sudo apt-get update
sudo apt-get install docker-ce`,
      ),
    },
    why: {
      current: {
        en: "The command apt-key is gone: each repository names its own key. In guests that classlab made Docker is installed already; only watch.",
        ja: "apt-key コマンドは廃止され、リポジトリごとに鍵を指定する。classlab が作成したゲストには Docker がインストール済みなので、この手順は確認のみ。",
      },
      "2019": {
        en: "¥ is a backslash, and software-properties-common is one word that the page breaks. In guests that classlab made Docker is installed already; only watch.",
        ja: "「¥」はバックスラッシュ。software-properties-common は紙面の都合で改行されているが 1 語である。classlab が作成したゲストには Docker がインストール済みなので、この手順は確認のみ。",
      },
    },
    source: "docs.docker.com, Install Docker Engine on Ubuntu",
  },
  {
    exercise: "4-docker",
    manual: "L2976–2988",
    book: "Version: 18.03.1-ce / API version: 1.37",
    type: both(
      words("As printed; newer numbers are right.", "マニュアルのとおり。表示される番号は新しくてよい。"),
    ),
    why: both({
      en: "The book shows the version of its time. Without an answer under Server, Docker does not run.",
      ja: "マニュアルに示されているのは当時のバージョン。Server の欄が表示されなければ Docker は動作していない。",
    }),
    source: "docs.docker.com, docker version",
  },
  {
    exercise: "4-docker",
    manual: "L3007–3011, L3046–3053, L3187–3196",
    book: "Unable to find image 'hello-world:latest' locally ...",
    type: both(
      words(
        "The same commands; these lines do not appear.",
        "コマンドはマニュアルのとおり。これらの行は表示されない。",
      ),
    ),
    why: both({
      en: "The course's images are in each guest already, so that a class does not run into Docker Hub's limit.",
      ja: "Docker Hub の取得回数制限を避けるため、教材イメージはあらかじめゲストに用意されている。",
    }),
    source: "course/images.ts; docs.docker.com, Docker Hub usage and limits",
  },
  {
    exercise: "4-docker",
    manual: "L3175",
    book: "docker rm -f $(docker ps -a -q)",
    type: both(
      words(
        "As printed in a lab that stands at the start. To keep what others made: `docker rm -f NAME`.",
        "開始時の状態のラボではマニュアルのとおり。ほかのコンテナを残す場合は `docker rm -f コンテナ名`。",
      ),
    ),
    why: both({
      en: "It removes every container, those that classlab made in a solved lab too. Without any container it complains about a missing argument; that is no harm.",
      ja: "完了時の状態のラボで classlab が作成したものも含め、すべてのコンテナが削除される。コンテナが 1 つもないと引数不足のエラーになるが、支障はない。",
    }),
    source: "docs.docker.com, docker container rm",
  },
  {
    exercise: "4-docker",
    manual: "L3222",
    book: "for port in $(seq 8001 8100); do docker run -d -p $port:80 nginx; done",
    type: both(
      commands({
        en: hundred("afterwards, so that exercise 6 has its ports 8060 and 8070"),
        ja: hundred("終了後に実行する（演習 6 で 8060 番と 8070 番を使用するため）"),
      }),
    ),
    why: both({
      en: "The loop as printed; end the nginx on 8080 before (Ctrl+C), since 8080 is one of the hundred. So are 8060 and 8070.",
      ja: "ループはマニュアルのとおり。8080 番は 100 個のうちの 1 つなので、先に 8080 番の nginx を終了しておく（Ctrl+C）。演習 6 で使用する 8060 番と 8070 番も同様。",
    }),
    source: "manual L3186, L3514, L3698",
  },
  {
    exercise: "5-image",
    manual: "L3293–3296",
    book: "MAINTAINER 名前 <メールアドレス>",
    type: {
      current: {
        code: `FROM alpine
LABEL org.opencontainers.image.authors="NAME <MAIL>"
RUN echo "now build!"
CMD echo "Hello! world!" && ps && echo "Good!"`,
        as: "dockerfile",
      },
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "MAINTAINER is deprecated; a label says the same.",
        ja: "MAINTAINER は非推奨となり、代わりにラベルで記述する。",
      },
      "2019": {
        en: "It still works, with a warning from newer versions of Docker.",
        ja: "現在も動作するが、新しいバージョンの Docker では警告が表示される。",
      },
    },
    source: "docs.docker.com, Dockerfile reference, MAINTAINER (deprecated)",
  },
  {
    exercise: "5-image",
    manual: "L3352–3362",
    book: "docker login",
    type: both(
      words(
        "With a registry of the class: `docker login REGISTRY`, and REGISTRY/ACCOUNT/IMAGE wherever the book has [account]/[image]. With Docker Hub as printed.",
        "クラスのレジストリを使用する場合は `docker login レジストリ` とし、マニュアルの「[アカウント名]/[イメージ名]」を「レジストリ/アカウント名/イメージ名」と読み替える。Docker Hub の場合はマニュアルのとおり。",
      ),
    ),
    why: both({
      en: "Without an address in front of it, a name means Docker Hub.",
      ja: "先頭にレジストリのアドレスがない名前は、Docker Hub のものとみなされる。",
    }),
    source: "docs.docker.com, docker login",
  },
  {
    exercise: "5-image",
    manual: "L3367–3368",
    book: "docker tag 493ed881f5f6 [アカウント名]/[イメージ名]:latest",
    type: both(commands("docker tag ACCOUNT/IMAGE:1 ACCOUNT/IMAGE:latest\ndocker push ACCOUNT/IMAGE:latest")),
    why: both({
      en: "The image's id is another one in each guest; its name is sure.",
      ja: "イメージ ID は環境ごとに異なるため、名前で指定するほうが確実である。",
    }),
    source: "docs.docker.com, docker image tag",
  },
  {
    exercise: "6-php",
    manual: "L3408",
    book: "docker search ruby:2.3.1",
    type: { current: commands("docker pull ruby"), "2019": commands("docker pull ruby:2.3.1") },
    why: both({
      en: "A misprint: pull downloads an image, search only looks for one. It is not prepared in the guests, so that this needs the internet; leave it out without.",
      ja: "誤植。ダウンロードは pull、search は検索のみ。このイメージはゲストに用意されていないためインターネット接続が必要で、接続がなければ省略する。",
    }),
    source: "manual L3410; docs.docker.com, docker image pull",
  },
  {
    exercise: "6-php",
    manual: "L3514",
    book: "docker run -d -p 8070:80 --name php70-apache php:7.0-apache",
    type: {
      current: commands("docker run -d -p 8070:80 --name php70-apache php:apache"),
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "PHP 7.0 has had no fixes since 2019. The image php:apache is in each guest already; the container's name may stay.",
        ja: "PHP 7.0 の更新は 2019 年に終了した。php:apache イメージはゲストに用意されている。コンテナ名はマニュアルのままでよい。",
      },
      "2019": PULLED,
    },
    source: "php.net, Unsupported Branches; course/images.ts",
  },
  {
    exercise: "6-php",
    manual: "L3629",
    book: "mkdir ~/docker/php70-apache/",
    type: both(commands("mkdir -p ~/docker/php70-apache/")),
    why: both({
      en: "The folder ~/docker does not exist yet; -p makes it too.",
      ja: "~/docker がまだ存在しないため、-p を付けて一緒に作成する。",
    }),
    source: "manual L3629: no line before makes ~/docker",
  },
  {
    exercise: "6-php",
    manual: "L3635",
    book: "docker run -d -p 8070:80 -v ~/docker/php70-apache:/var/www/html --name php70-apache php:7.0-apache",
    type: {
      current: commands(
        "docker run -d -p 8070:80 -v ~/docker/php70-apache:/var/www/html --name php70-apache php:apache",
      ),
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "The prepared image, as before.",
        ja: "前の手順と同じく、用意されているイメージを使用する。",
      },
      "2019": PULLED,
    },
    source: "course/images.ts",
  },
  {
    exercise: "6-wordpress",
    manual: "L3659–3666",
    book: "sudo apt-get install docker-compose / docker-compose --version",
    type: both(commands("docker compose version")),
    why: {
      current: {
        en: "Compose is a part of Docker now, written with a blank; it is in each guest already. The program docker-compose ended in 2023.",
        ja: "Compose は現在 Docker の一部となり、空白で区切って入力する。ゲストにはインストール済み。docker-compose の提供は 2023 年に終了した。",
      },
      "2019": {
        en: "Guests that classlab made have today's Docker, with which docker-compose 1.8.0 does not work. In a machine installed from the image of 16.04, as printed.",
        ja: "classlab が作成したゲストの Docker は新しく、docker-compose 1.8.0 は動作しない。16.04 のイメージからインストールした仮想マシンではマニュアルのとおり。",
      },
    },
    source: "docs.docker.com, Migrate to Compose v2",
  },
  {
    exercise: "6-wordpress",
    manual: "L3716",
    book: "mkdir ~/docker/wordpress",
    type: both(commands("mkdir -p ~/docker/wordpress")),
    why: both({
      en: "So that it works without exercise 6, part ①, too.",
      ja: "演習 6 ②を行っていなくても作成できるようにする。",
    }),
    source: "manual L3629",
  },
  {
    exercise: "6-wordpress",
    manual: "L3672–3707",
    book: "version: '2' ... image: mysql:5.7 ... links: ...",
    type: {
      current: {
        code: wordPressCompose("current").trimEnd(),
        as: "yaml",
      },
      "2019": AS_PRINTED,
    },
    why: {
      current: {
        en: "MySQL 5.7 ended in October 2023; the image mariadb is in each guest already. Compose ignores version and needs no links: services of one file find each other by name. The database needs no port outside.",
        ja: "MySQL 5.7 は 2023 年 10 月に終了した。mariadb イメージはゲストに用意されている。version は無視され、links も不要（同じファイルのサービスは名前で通信できる）。データベースのポートを外部に公開する必要はない。",
      },
      "2019": PULLED,
    },
    source:
      "docs.docker.com, Compose file reference; hub.docker.com, mariadb; oracle.com, Lifetime Support Policy, MySQL 5.7",
  },
  {
    exercise: "6-wordpress",
    manual: "L3732–3743",
    book: "docker-compose up -d",
    type: both(commands("docker compose up -d")),
    why: both({
      en: "As above. The containers are then named wordpress-db-1 and wordpress-wordpress-1, after the folder.",
      ja: "前述のとおり。コンテナ名はフォルダ名から wordpress-db-1、wordpress-wordpress-1 となる。",
    }),
    source: "docs.docker.com, Migrate to Compose v2",
  },
];

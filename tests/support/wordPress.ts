/** A WordPress site driven over HTTP as its own pages do it: installed, logged in to, written to, read. */
export class WordPressClient {
  private readonly cookies = new Map<string, string>();

  /** @param base the site's URL with its final slash */
  constructor(private readonly base: string) {}

  /** Runs the five-minute installation. */
  async install(user: string, password: string): Promise<void> {
    await this.send("wp-admin/install.php?step=2", {
      weblog_title: "Classroom",
      user_name: user,
      admin_password: password,
      admin_password2: password,
      pw_weak: "on",
      admin_email: "class@example.com",
      blog_public: "0",
      language: "",
    });
  }

  /** Logs in. */
  async login(user: string, password: string): Promise<void> {
    await this.send("wp-login.php");
    await this.send("wp-login.php", { log: user, pwd: password, testcookie: "1" });
  }

  /** Publishes a post and returns its id. */
  async publish(title: string, content: string): Promise<number> {
    const nonce = await (await this.send("wp-admin/admin-ajax.php?action=rest-nonce")).text();
    const response = await this.send(
      "?rest_route=/wp/v2/posts",
      { title, content, status: "publish" },
      { "X-WP-Nonce": nonce.trim() },
    );
    const body: { id?: number } = JSON.parse(await response.text());
    if (typeof body.id !== "number") throw new Error(`the post was not taken: ${JSON.stringify(body)}`);
    return body.id;
  }

  /** The page of a post as a visitor sees it. */
  async read(id: number): Promise<string> {
    return (await fetch(`${this.base}?p=${id}`, { signal: AbortSignal.timeout(10_000) })).text();
  }

  private async send(
    path: string,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await fetch(this.base + path, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
      headers: { ...headers, Cookie: [...this.cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      this.cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return response;
  }
}

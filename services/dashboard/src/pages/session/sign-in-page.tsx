import { systemApi } from "@anyone/contracts/system";
import { type FormEvent, useState } from "react";
import { api, queries } from "../../client.ts";
import { Button, Field, Input } from "../../components/controls.tsx";
import { Failure } from "../../components/state.tsx";

export function SignInPage() {
  const [key, setKey] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { role } = await api.call(systemApi.signIn, { body: { key: key.trim() } });
      queries.clear();
      const back = new URLSearchParams(location.search).get("back");
      // only a path of our own, never another site
      const home = role === "annotator" ? "/label" : "/";
      location.assign(back?.startsWith("/") && !back.startsWith("//") ? back : home);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  }

  return (
    <main className="grid h-full place-items-center p-6">
      <form
        onSubmit={signIn}
        className="flex w-full max-w-sm flex-col gap-4 rounded-lg border border-line bg-panel p-6"
      >
        <div className="flex items-center gap-2.5">
          <img src="/wheel.svg" alt="" className="size-7" />
          <h1 className="text-lg tracking-tight">Annotate Anyone</h1>
        </div>
        <Field name="API key">
          <Input
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
            placeholder="anyone_…"
            className="h-8"
          />
        </Field>
        <Failure error={error} />
        <Button type="submit" look="strong" className="h-8 justify-center" disabled={busy || key.trim() === ""}>
          Sign in
        </Button>
        <p className="text-xs text-dim">
          The first admin key was shown once when the platform first started. An admin makes more keys on the system
          page.
        </p>
      </form>
    </main>
  );
}

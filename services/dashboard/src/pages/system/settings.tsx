import { type Setting, systemApi } from "@anyone/contracts/system";
import { useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure, Loaded } from "../../components/state.tsx";
import { ago } from "../../format.ts";

export function Settings() {
  const settings = useApi(systemApi.listSettings);
  return (
    <Panel title="Settings" note="every value passes its schema before it is stored">
      <Loaded of={settings}>
        <div className="grid gap-4 lg:grid-cols-3">
          {settings.data?.items.map((setting) => (
            <Editor key={`${setting.key}${setting.version}`} setting={setting} />
          ))}
        </div>
      </Loaded>
    </Panel>
  );
}

function Editor({ setting }: { setting: Setting }) {
  const put = useAction(systemApi.putSetting);
  const before = JSON.stringify(setting.value, null, 2);
  const [text, setText] = useState(before);
  const [broken, setBroken] = useState<string | null>(null);

  function save(): void {
    try {
      const value: unknown = JSON.parse(text);
      setBroken(null);
      put.mutate({ params: { key: setting.key }, body: { value, version: setting.version } });
    } catch (error) {
      setBroken(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return (
    <section className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between">
        <h3 className="font-medium">{setting.key}</h3>
        <span className="text-xs text-faint">
          {setting.version === 0 ? "default" : `by ${setting.updatedBy}, ${ago(setting.updatedAt)}`}
        </span>
      </div>
      <textarea
        aria-label={setting.key}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        rows={Math.min(20, before.split("\n").length)}
        className="rounded-md border border-line bg-sunk p-2 font-mono text-xs"
      />
      <div className="flex gap-1.5">
        <Button onClick={save} disabled={text === before || put.isPending}>
          Save
        </Button>
        <Button onClick={() => setText(before)} disabled={text === before}>
          Undo
        </Button>
      </div>
      <Failure error={broken ? new Error(broken) : put.error} />
    </section>
  );
}

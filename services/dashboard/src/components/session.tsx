import { ApiError } from "@anyone/contracts/client";
import { systemApi } from "@anyone/contracts/system";
import { useNavigate } from "@tanstack/react-router";
import { createContext, type ReactNode, use, useEffect, useRef } from "react";
import { useApi } from "../client.ts";
import { Failure } from "./state.tsx";

interface Identity {
  id: string;
  name: string;
  role: "annotator" | "operator" | "admin";
}

const Session = createContext<Identity | null>(null);

/** Who is signed in. Only inside {@link SignedIn}. */
export function useIdentity(): Identity {
  const identity = use(Session);
  if (!identity) throw new Error("nobody is signed in here");
  return identity;
}

/** Its children for who is signed in; everybody else is asked to sign in and comes back here. */
export function SignedIn({ children }: { children: ReactNode }) {
  const who = useApi(systemApi.whoAmI, undefined, { every: 60_000 });
  if (who.error instanceof ApiError && who.error.status === 401) return <Leave />;
  if (who.error && !who.data) {
    return (
      <div className="p-8">
        <Failure error={who.error} />
      </div>
    );
  }
  if (!who.data) return null;
  return <Session value={who.data}>{children}</Session>;
}

/** Goes to the sign-in page, once: while that page loads, this one is still there and the address is already the other's. */
function Leave() {
  const navigate = useNavigate();
  const left = useRef(false);
  useEffect(() => {
    if (left.current) return;
    left.current = true;
    const back = location.pathname + location.search;
    void navigate({ to: "/sign-in", search: { back } as never, replace: true });
  }, [navigate]);
  return null;
}

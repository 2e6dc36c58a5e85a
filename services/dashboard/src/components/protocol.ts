import { annotateApi } from "@anyone/contracts/annotate";
import { unpack } from "@anyone/domain/annotate/answer";
import { loadProtocol } from "@anyone/domain/annotate/load-protocol";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import { useQuery } from "@tanstack/react-query";
import { api } from "../client.ts";

/** The label protocol of that name, or the latest; it never changes, so it is read once. */
export function useProtocol(id = "current") {
  return useQuery({
    queryKey: ["protocol", id],
    queryFn: () => readProtocol(id),
    staleTime: id === "current" ? 30_000 : Number.POSITIVE_INFINITY,
  });
}

export async function readProtocol(id: string): Promise<Protocol> {
  const { content } = await api.call(annotateApi.getProtocol, { params: { id: id as never } });
  return loadProtocol(content);
}

/** A packed answer as people say it. */
export function said(category: Category | undefined, value: number, text?: string | null): string {
  if (value === -1) return "does not apply";
  if (value === -2) return "not visible";
  if (value === -3) return "unsure";
  if (value === -4) return text ? `other: ${text}` : "other";
  if (!category) return String(value);
  try {
    const answer = unpack(category, value);
    return answer ? words(answer.second ? `${answer.value} and ${answer.second}` : answer.value) : "–";
  } catch {
    return `option ${value}`;
  }
}

/** `nearly_full_body` → `nearly full body` */
export function words(option: string): string {
  return option.replaceAll("_", " ");
}

/** `hair.color` → `hair color` */
export function nameOf(category: Category): string {
  return words(category.id.replace(".", " · "));
}

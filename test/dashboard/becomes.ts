import type { Page } from "playwright-core";
import { expect } from "vitest";

/**
 * Waits until an expression, asked in the page, gives this. (`page.waitForFunction` asks by `eval` from its second try
 * on, which the pages' content security policy refuses.)
 */
export async function becomes(page: Page, expression: string, value: unknown = true): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 15_000 }).toEqual(value);
}

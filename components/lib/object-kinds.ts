/** A model everywhere, or a region for all models. */
export type ObjectKind = "model" | "region";

export const pathOf = { model: "/models", region: "/regions" } as const;
export const listOf = { model: "models", region: "regions" } as const;

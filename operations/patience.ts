/** How many times as long an emulated guest may take for an answer: its processor works that much slower, and more. */
export const EMULATED_PATIENCE = 6;

/** How the summary of a detection begins that only shows the other side of what another one found. */
export const otherSide = 'The other side';

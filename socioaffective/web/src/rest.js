export const equilibria = () => [];

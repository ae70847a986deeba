export const railCookie = "bellwether_rail";

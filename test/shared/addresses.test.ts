import { describe, expect, it } from "vitest";
import { isBlockedHost, isPublicAddress } from "@/lib/shared/addresses";
import { validateDocument } from "@/lib/config/validate";

const inner = [
  ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255"],
  ...["127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1"],
  ...["192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"],
  ...["203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"],
  ...["64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::"],
  ...["2002:c0a8:1::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"],
];
const outer = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.15.0.1", "172.32.0.1", "198.20.0.1"];
const outer6 = ["2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888", "3ffe::1"];

describe("an address", () => {
  it.each(inner)("%s is not of the public internet", (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(isBlockedHost(address.includes(":") ? `[${address}]` : address)).toBe(true);
  });

  it.each([...outer, ...outer6])("%s is of the public internet", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it("that is a name is checked when it is resolved", () => {
    expect(isBlockedHost("acme.example")).toBe(false);
    expect(isPublicAddress("acme.example")).toBe(false);
  });
});

/** The same loopback in the spellings that people and attackers know. */
const spellings = [
  ...["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"],
  ...["017700000001", "127.000.000.001", "0x7f.1", "127.0.0.1.", "[::1]", "[0:0:0:0:0:0:0:1]"],
  ...["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]"],
  ...["[2002:7f00:1::]", "[::127.0.0.1]", "localhost", "LOCALHOST", "a.localhost", "127。0。0。1"],
  ...["①②⑦.0.0.1", "10.1", "0xa.0.0.1", "169.254.169.254", "0xa9fea9fe", "2852039166"],
  ...["[fd00:ec2::254]", "[fe80::1]", "192.168.1", "0xc0a80001", "0", "0.0.0.0", "[::]"],
];

describe("a base URL", () => {
  it.each(spellings)("http://%s/v1 needs allow_private_network", (host) => {
    const provider = { id: "a", base_url: `http://${host}/v1`, api_key: "env:A" };
    const validated = validateDocument({ providers: [provider] });
    expect(validated.ok).toBe(false);
  });
});

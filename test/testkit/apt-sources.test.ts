import { withSuite } from "@pushmeter/testkit/servers/apt-sources";
import { describe, expect, it } from "vitest";

const rewritten = (name: string, text: string) => withSuite({ name, text }, "bookworm", "forky")?.text;

describe("one-line sources", () => {
  it("keep the address, the key and the architecture of the main archive, in the other suite", () => {
    const text = `
# deb http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # the archive
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://other.example/debian stable main
deb http://mirror.example/debian-security bookworm-security main
deb http://mirror.example/debian bookworm-updates main
deb http://somebody.example/apt nodistro main
deb http://somebody.example/apt bookworm stable
`;
    expect(rewritten("sources.list", text)).toBe(
      "deb http://mirror.example/debian forky main\n" +
        "deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://other.example/debian forky main\n",
    );
  });

  it("lose what switches the signature's check off", () => {
    expect(rewritten("a.list", "deb [trusted=yes allow-insecure=yes] http://m.example/d bookworm main")).toBe(
      "deb http://m.example/d forky main\n",
    );
  });
});

describe("deb822 sources", () => {
  it("keep addresses and keys of the main archive, in the other suite", () => {
    const text = `Types: deb deb-src
# where from
URIs: http://mirror.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
Trusted: yes
Allow-Insecure: yes

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
`;
    expect(rewritten("debian.sources", text)).toBe(`types: deb
suites: forky
components: main
uris: http://mirror.example/debian
 http://second.example/debian
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`);
  });
});

it("a file without the main archive is none", () => {
  expect(
    rewritten("node.sources", "Types: deb\nURIs: http://n.example\nSuites: nodistro\nComponents: main\n"),
  ).toBe(undefined);
  expect(rewritten("empty.list", "")).toBe(undefined);
});

//! Every format, read: what is listed, where it stands, and that nothing broken is clean.

use super::*;
use crate::dependency::Origin;

/// `name version line [origin]` of each package.
fn listed(format: Format, text: &str) -> Vec<String> {
    let listing = read(format, text).unwrap();
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let one = |package: &Package| {
        let origin = match &package.origin {
            Origin::Unsaid => String::new(),
            Origin::Local => " local".to_owned(),
            Origin::Registry(host) => format!(" {host}"),
            Origin::Git(url) => format!(" git {url}"),
            Origin::Url(url) => format!(" url {url}"),
        };
        let (name, version) = (&package.name, &package.version);
        format!(
            "{name} {version} {}{origin} #{}",
            line(package.at),
            package.integrity.len()
        )
    };
    listing.packages.iter().map(one).collect()
}

const NPM: &str = r#"{
  "name": "a", "lockfileVersion": 3,
  "packages": {
    "": { "dependencies": { "x": "^1.0.0" }, "optionalDependencies": { "y": "1" } },
    "node_modules/x": {
      "version": "1.0.1",
      "resolved": "https://registry.npmjs.org/x/-/x-1.0.1.tgz",
      "integrity": "sha512-aa== sha1-bb="
    },
    "node_modules/alias": {
      "name": "real", "version": "2.0.0",
      "resolved": "https://registry.npmjs.org/real/-/real-2.0.0.tgz"
    },
    "node_modules/x/node_modules/@s/y": {
      "version": "1.0.0", "resolved": "git+ssh://git@github.com/s/y.git#abc"
    },
    "packages/own": { "version": "0.0.1" },
    "node_modules/own": { "resolved": "packages/own", "link": true }
  }
}
"#;

#[test]
fn npm_is_read_in_every_version() {
    let found = listed(Format::Npm, NPM);
    assert_eq!(
        found,
        [
            "x 1.0.1 5 registry.npmjs.org #2",
            "real 2.0.0 10 registry.npmjs.org #0",
            "@s/y 1.0.0 14 git git+ssh://git@github.com/s/y.git#abc #0",
        ]
    );
    let direct = read(Format::Npm, NPM).unwrap().direct.unwrap();
    let direct: Vec<(&str, bool)> = direct
        .iter()
        .map(|one| (one.name.as_str(), one.is_optional))
        .collect();
    assert_eq!(direct, [("x", false), ("y", true)]);
    let old = r#"{"lockfileVersion": 1, "dependencies": {
      "a": {"version": "1.0.0", "dependencies": {"b": {"version": "npm:c@2.0.0"}}},
      "d": {"version": "github:o/d#abc"}}}"#;
    assert_eq!(
        listed(Format::Npm, old),
        ["a 1.0.0 2 #0", "c 2.0.0 2 #0", "d  3 git github:o/d#abc #0"]
    );
}

#[test]
fn pnpm_is_read_in_every_version() {
    let nine = "lockfileVersion: '9.0'\npackages:\n\n  '@s/x@1.0.0':\n    resolution: {integrity: sha512-a==}\n\n  y@https://codeload.github.com/o/y/tar.gz/abc:\n    resolution: {tarball: https://codeload.github.com/o/y/tar.gz/abc}\n    version: 1.2.3\n";
    assert_eq!(
        listed(Format::Pnpm, nine),
        [
            "@s/x 1.0.0 4 #1",
            "y 1.2.3 7 git https://codeload.github.com/o/y/tar.gz/abc #0"
        ]
    );
    let six = "lockfileVersion: '6.0'\npackages:\n  /@s/x@1.0.0(react@18.0.0):\n    resolution: {integrity: sha512-a==}\n  /y@2.0.0:\n    resolution: {integrity: sha512-b==}\n";
    assert_eq!(
        listed(Format::Pnpm, six),
        ["@s/x 1.0.0 3 #1", "y 2.0.0 5 #1"]
    );
    let five = "lockfileVersion: 5.4\npackages:\n  /@s/x/1.0.0_react@18.0.0:\n    resolution: {integrity: sha512-a==}\n  /y/2.0.0:\n    resolution: {integrity: sha512-b==}\n";
    assert_eq!(
        listed(Format::Pnpm, five),
        ["@s/x 1.0.0 3 #1", "y 2.0.0 5 #1"]
    );
}

#[test]
fn both_yarns_are_read() {
    let classic = "# yarn lockfile v1\n\n\n\"@s/x@^1.0.0\", \"@s/x@^1.1.0\":\n  version \"1.2.0\"\n  resolved \"https://registry.yarnpkg.com/@s/x/-/x-1.2.0.tgz#0000000000000000000000000000000000000000\"\n  dependencies:\n    version \"^9.0.0\"\n\n\"al@npm:y@^2\":\n  version \"2.0.0\"\n  resolved \"https://registry.yarnpkg.com/y/-/y-2.0.0.tgz\"\n  integrity sha512-a==\n";
    assert_eq!(
        listed(Format::Yarn, classic),
        [
            "@s/x 1.2.0 4 registry.yarnpkg.com #1",
            "y 2.0.0 10 registry.yarnpkg.com #1"
        ]
    );
    let berry = "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@s/x@npm:^1.0.0\":\n  version: 1.2.0\n  resolution: \"@s/x@npm:1.2.0\"\n  checksum: 10c0/aa\n  languageName: node\n\n\"own@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"own@workspace:.\"\n\n\"z@https://github.com/o/z.git#commit=a\":\n  version: 1.0.0\n  resolution: \"z@https://github.com/o/z.git#commit=a\"\n";
    assert_eq!(
        listed(Format::Yarn, berry),
        [
            "@s/x 1.2.0 5 #1",
            "z  15 git https://github.com/o/z.git#commit=a #0"
        ]
    );
}

#[test]
fn pythons_files_are_read() {
    let text = "# made by hand\n-r base.txt\n--index-url https://pypi.org/simple\nrequests[socks]==2.31.0 ; python_version > '3' \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nflask>=2,<3  # why\nx @ https://example.com/x-1.0.tar.gz\ngit+https://github.com/o/y.git@v1#egg=y\n-e ./own\nZope.Interface === 5.0\n";
    assert_eq!(
        listed(Format::Requirements, text),
        [
            "requests 2.31.0 4 #2",
            "flask  7 #0",
            "x  8 url https://example.com/x-1.0.tar.gz #0",
            "y  9 git git+https://github.com/o/y.git@v1#egg=y #0",
            "own  10 local #0",
            "Zope.Interface 5.0 11 #0",
        ]
    );
    let poetry = "[[package]]\nname = \"x\"\nversion = \"1.0\"\nfiles = [\n    {file = \"x.whl\", hash = \"sha256:aa\"},\n]\n\n[[package]]\nname = \"y\"\nversion = \"2.0\"\n\n[package.source]\ntype = \"git\"\nurl = \"https://github.com/o/y.git\"\n\n[metadata]\nlock-version = \"2.0\"\n";
    assert_eq!(
        listed(Format::Poetry, poetry),
        ["x 1.0 2 #1", "y  9 git https://github.com/o/y.git #0"]
    );
    let uv = "version = 1\n\n[[package]]\nname = \"own\"\nversion = \"0\"\nsource = { virtual = \".\" }\n\n[package.metadata]\nrequires-dist = [{ name = \"x\", specifier = \">=1\" }]\n\n[[package]]\nname = \"x\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nsdist = { url = \"https://f/x.tar.gz\", hash = \"sha256:aa\", size = 1, upload-time = \"2024-02-01T00:00:00Z\" }\nwheels = [\n    { url = \"https://f/x.whl\", hash = \"sha256:bb\", upload-time = \"2024-01-01T00:00:00.123Z\" },\n]\n";
    assert_eq!(listed(Format::Uv, uv), ["x 1.0 12 pypi.org #2"]);
    let time = read(Format::Uv, uv).unwrap().packages[0].published.unwrap();
    assert!(
        time.to_string().starts_with("2024-01-01T00:00:00"),
        "{time}"
    );
    let pipfile = r#"{"_meta": {}, "default": {"x": {"hashes": ["sha256:aa"], "version": "==1.0"},
      "g": {"git": "https://github.com/o/g.git", "ref": "abc"}}, "develop": {}}"#;
    assert_eq!(
        listed(Format::Pipfile, pipfile),
        ["x 1.0 1 #1", "g  2 git https://github.com/o/g.git #0"]
    );
    let pdm = "[metadata]\nlock_version = \"4.5\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0\"\nfiles = [\n    {file = \"x.whl\", hash = \"sha256:aa\"},\n]\n";
    assert_eq!(listed(Format::Pdm, pdm), ["x 1.0 5 #1"]);
}

#[test]
fn cargos_and_gos_files_are_read() {
    let cargo = "version = 4\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"aa\"\n\n[[package]]\nname = \"g\"\nversion = \"0.2.0\"\nsource = \"git+https://github.com/o/g?rev=1#abc\"\n";
    assert_eq!(
        listed(Format::Cargo, cargo),
        [
            "own 0.1.0 4 local #0",
            "x 1.0.0 8 crates.io #1",
            "g 0.2.0 14 git https://github.com/o/g?rev=1#abc #0",
        ]
    );
    let old = "[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[metadata]\n\"checksum x 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"aa\"\n";
    assert_eq!(listed(Format::Cargo, old), ["x 1.0.0 2 crates.io #1"]);
    let module = "module example.com/own\n\ngo 1.21\n\nrequire github.com/a/b v1.2.3\n\nrequire (\n\tgithub.com/c/d/v2 v2.0.0 // indirect\n\tgolang.org/x/e v0.0.0-20200101000000-abcdefabcdef\n)\n\nreplace github.com/a/b => github.com/fork/b v1.2.4\nreplace golang.org/x/e => ../e\n";
    assert_eq!(
        listed(Format::GoMod, module),
        [
            "github.com/fork/b v1.2.4 12 #0",
            "github.com/c/d/v2 v2.0.0 8 #0",
            "golang.org/x/e v0.0.0-20200101000000-abcdefabcdef 13 local #0",
        ]
    );
    let sums = "github.com/a/b v1.2.3 h1:aa=\ngithub.com/a/b v1.2.3/go.mod h1:bb=\n";
    assert_eq!(listed(Format::GoSum, sums), ["github.com/a/b v1.2.3 1 #1"]);
}

#[test]
fn the_other_ecosystems_files_are_read() {
    let pom = "<project>\n<version>3</version>\n<properties><v>1.0</v><w>${v}</w></properties>\n<dependencies>\n<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${w}</version></dependency>\n<dependency><groupId>g</groupId><artifactId>b</artifactId></dependency>\n<dependency><groupId>${project.groupId}</groupId><artifactId>c</artifactId><version>${project.version}</version></dependency>\n</dependencies></project>";
    assert_eq!(
        listed(Format::Pom, pom),
        ["g:a 1.0 5 #0", "g:b  6 #0", "${project.groupId}:c 3 7 #0"]
    );
    let gradle =
        "# This is a Gradle generated file\ng:a:1.0=compileClasspath,runtimeClasspath\nempty=x\n";
    assert_eq!(listed(Format::GradleLock, gradle), ["g:a 1.0 2 #0"]);
    let verification = "<verification-metadata><components>\n<component group=\"g\" name=\"a\" version=\"1\"><artifact name=\"a.jar\"><sha256 value=\"aa\"/></artifact></component></components></verification-metadata>";
    assert_eq!(
        listed(Format::GradleVerification, verification),
        ["g:a 1 2 #1"]
    );
    let composer = r#"{"packages": [
      {"name": "v/p", "version": "v1.0.0", "dist": {"url": "https://api.github.com/repos/v/p/zipball/a", "shasum": ""}}
      ], "packages-dev": [{"name": "v/q", "version": "dev-main", "source": {"url": "https://github.com/v/q.git"}}]}"#;
    assert_eq!(
        listed(Format::Composer, composer),
        [
            "v/p v1.0.0 2 api.github.com #0",
            "v/q dev-main 3 git https://github.com/v/q.git #0"
        ]
    );
    let gems = "GIT\n  remote: https://github.com/o/g.git\n  revision: abc\n  specs:\n    g (0.1.0)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.13.6-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.6.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  g!\n  nokogiri (~> 1.13)\n\nCHECKSUMS\n  racc (1.6.0) sha256=aa\n\nBUNDLED WITH\n   2.5.0\n";
    assert_eq!(
        listed(Format::Gemfile, gems),
        [
            "g 0.1.0 5 git https://github.com/o/g.git #0",
            "nokogiri 1.13.6 10 rubygems.org #0",
            "racc 1.6.0 12 rubygems.org #1",
        ]
    );
    let nuget = r#"{"version": 1, "dependencies": {"net8.0": {
      "X.Y": {"type": "Direct", "requested": "[1.0, )", "resolved": "1.0.2", "contentHash": "aa"},
      "own": {"type": "Project"}}}}"#;
    assert_eq!(listed(Format::NuGetLock, nuget), ["X.Y 1.0.2 2 #1"]);
    let config = "<?xml version=\"1.0\"?>\n<packages>\n  <package id=\"X\" version=\"1.0\" targetFramework=\"net48\" />\n</packages>";
    assert_eq!(listed(Format::NuGetConfig, config), ["X 1.0 3 #0"]);
}

#[test]
fn what_is_broken_or_hostile_is_an_error() {
    for (format, text) in [
        (Format::Npm, "{"),
        (Format::Npm, "[]"),
        (Format::Npm, r#"{"lockfileVersion": 9}"#),
        (
            Format::Npm,
            r#"{"lockfileVersion": 3, "packages": {"node_modules/x": {"version": 1}}}"#,
        ),
        (
            Format::Npm,
            r#"{"lockfileVersion": 3, "packages": {"node_modules/x": {"version": "1"}, "node_modules/x": {"version": "2"}}}"#,
        ),
        (Format::Npm, r#"{"lockfileVersion": 3, "packages": {}} x"#),
        (Format::Pnpm, "lockfileVersion: '99.0'\n"),
        (
            Format::Pnpm,
            "lockfileVersion: '9.0'\npackages:\n  nothing:\n    resolution: {}\n",
        ),
        (
            Format::Pnpm,
            "lockfileVersion: '9.0'\npackages: &a\n  x@1: *a\n",
        ),
        (Format::Pnpm, "lockfileVersion: '9.0'\npackages: {a: {b}\n"),
        (Format::Yarn, "what is this\n"),
        (Format::Yarn, "x@^1:\n  resolved \"y\"\n"),
        (
            Format::Yarn,
            "__metadata:\n  version: 8\n\"x@npm:1\":\n  version: 1\n",
        ),
        (Format::Requirements, "??\n"),
        (Format::Requirements, "two words here\n"),
        (Format::Poetry, "[[package]]\nversion = \"1\"\n"),
        (Format::Poetry, ""),
        (Format::Uv, "x"),
        (Format::Pdm, "package = 1\n"),
        (Format::Pipfile, "{}"),
        (Format::Cargo, "[[package]]\nname = \"x\"\n"),
        (Format::Cargo, "<<<<<<< HEAD\n"),
        (Format::GoMod, "require a v1\n"),
        (Format::GoMod, "module a\nnonsense\n"),
        (Format::GoSum, "a b c\n"),
        (Format::Pom, "<html/>"),
        (
            Format::Pom,
            "<!DOCTYPE x [<!ENTITY a \"b\">]><project>&a;</project>",
        ),
        (Format::GradleLock, "nothing\n"),
        (
            Format::GradleVerification,
            "<verification-metadata><component/></verification-metadata>",
        ),
        (Format::Composer, "{}"),
        (Format::Composer, r#"{"packages": [{"name": "a/b"}]}"#),
        (Format::Gemfile, ""),
        (Format::Gemfile, "GEM\n  specs:\n    nothing\n"),
        (Format::Gemfile, "<<<<<<< HEAD\n"),
        (Format::NuGetLock, "{}"),
        (
            Format::NuGetConfig,
            "<packages><package id=\"x\"/></packages>",
        ),
    ] {
        assert!(read(format, text).is_err(), "{format:?} {text}");
    }
}

#[test]
fn what_is_nested_deeply_is_refused_and_does_not_stop_the_program() {
    let deep = format!(
        "{{\"lockfileVersion\": 3, \"packages\": {}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(read(Format::Npm, &deep).is_err());
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(Format::Cargo, &deep).is_err());
    let deep = format!("lockfileVersion: '9.0'\npackages: {}", "[".repeat(100_000));
    assert!(read(Format::Pnpm, &deep).is_err());
    let mut nested = String::from("{\"version\": \"1\"}");
    for _ in 0..50 {
        nested = format!("{{\"version\": \"1\", \"dependencies\": {{\"x\": {nested}}}}}");
    }
    assert!(
        read(
            Format::Npm,
            &format!("{{\"lockfileVersion\": 1, \"dependencies\": {{\"x\": {nested}}}}}")
        )
        .is_err()
    );
}

#[test]
fn a_patchs_lines_are_put_together() {
    let part = |format, text: &str| {
        let part = read_part(format, text);
        let one = |package: &Package| format!("{} {}", package.name, package.version);
        (
            part.packages.iter().map(one).collect::<Vec<_>>(),
            part.nameless.len(),
        )
    };
    let npm = "    \"node_modules/x\": {\n      \"version\": \"1.0.1\",\n      \"integrity\": \"sha512-a\"\n\n      \"version\": \"2.0.0\",\n";
    assert_eq!(part(Format::Npm, npm), (vec!["x 1.0.1".to_owned()], 1));
    let cargo = "[[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    assert_eq!(part(Format::Cargo, cargo).0, ["x 1.0.0"]);
    assert_eq!(
        part(
            Format::Pnpm,
            "  /@s/x@1.0.0(a@1):\n    resolution: {integrity: sha512-a}\n"
        )
        .0,
        ["@s/x 1.0.0"]
    );
    assert_eq!(
        part(Format::Yarn, "\"x@^1\":\n  version \"1.1.0\"\n").0,
        ["x 1.1.0"]
    );
    assert_eq!(
        part(Format::Requirements, "x==1.0 \\\n    --hash=sha256:a\n").0,
        ["x 1.0"]
    );
    assert_eq!(
        part(Format::GoMod, "\tgithub.com/a/b v1.0.0 // indirect\n").0,
        ["github.com/a/b v1.0.0"]
    );
    assert_eq!(
        part(Format::GoSum, "github.com/a/b v1.0.0 h1:a=\n").0,
        ["github.com/a/b v1.0.0"]
    );
    assert_eq!(
        part(Format::Gemfile, "    rails (7.0.1)\n      rake (>= 1)\n").0,
        ["rails 7.0.1"]
    );
    assert_eq!(part(Format::GradleLock, "g:a:1.0=x\n").0, ["g:a 1.0"]);
    let pom = "<dependency>\n<groupId>g</groupId>\n<artifactId>a</artifactId>\n<version>1</version>\n</dependency>\n";
    assert_eq!(part(Format::Pom, pom).0, ["g:a 1"]);
    let composer = "            \"name\": \"v/p\",\n            \"version\": \"1.0\",\n";
    assert_eq!(part(Format::Composer, composer).0, ["v/p 1.0"]);
    let nuget = "  <package id=\"X\" version=\"1.0\" />\n";
    assert_eq!(part(Format::NuGetConfig, nuget).0, ["X 1.0"]);
}

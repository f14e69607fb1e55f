//! What a file is for, as its path tells.

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Builds, packages or releases: scripts, Makefiles, CI, package manifests.
    Build,
    /// Tests and what they read.
    Test,
    /// Text for people.
    Docs,
    /// Instructions for an agent.
    AgentRules,
    /// Anything else: the program.
    Code,
}

/// What the path says that the file is for.
pub(crate) fn role(path: &str) -> Role {
    let path = path.to_ascii_lowercase();
    if is_agent_rules(&path) {
        Role::AgentRules
    } else if is_test(&path) {
        Role::Test
    } else if is_build(&path) {
        Role::Build
    } else if is_docs(&path) {
        Role::Docs
    } else {
        Role::Code
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn extension(path: &str) -> &str {
    name(path)
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
}

/// Whether a lower-case path holds what an agent reads as instructions.
fn is_agent_rules(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "agents.md",
        "agent.md",
        "claude.md",
        "claude.local.md",
        "gemini.md",
        "qwen.md",
        ".cursorrules",
        ".windsurfrules",
        ".clinerules",
        ".goosehints",
        "copilot-instructions.md",
        "conventions.md",
        "skill.md",
        "amazonq.md",
        "llms.txt",
        ".roorules",
        "crush.md",
        "warp.md",
        "system_prompt.md",
        "system-prompt.md",
    ];
    const PLACES: &[&str] = &[
        ".cursor/",
        ".claude/",
        ".windsurf/",
        ".clinerules/",
        ".amazonq/",
        ".kiro/",
        ".github/instructions/",
        ".github/prompts/",
        ".github/chatmodes/",
        ".github/agents/",
        ".continue/",
        ".roo/",
        ".gemini/",
        ".codex/",
        ".augment/",
        ".junie/",
        ".opencode/",
        ".agents/",
        ".trae/",
    ];
    NAMES.contains(&name(path))
        || matches!(extension(path), "mdc")
        || PLACES.iter().any(|place| {
            (path.starts_with(place) || path.contains(&format!("/{place}")))
                && matches!(
                    extension(path),
                    "md" | "mdc" | "txt" | "yml" | "yaml" | "toml" | "json" | ""
                )
        })
}

fn is_test(path: &str) -> bool {
    const PLACES: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "testdata",
        "fixtures",
        "__fixtures__",
        "testing",
        "e2e",
        "mocks",
        "__mocks__",
        "test-data",
        "samples",
        "examples",
        "example",
        "testresources",
        "snapshots",
        "__snapshots__",
    ];
    let name = name(path);
    let dirs = path.strip_suffix(name).unwrap_or("");
    dirs.split('/').any(|dir| PLACES.contains(&dir))
        || [".test.", ".spec.", "_test.", "_spec.", ".snap"]
            .iter()
            .any(|mark| name.contains(mark))
        || name.starts_with("test_")
}

/// Whether a lower-case path belongs to building, packaging or releasing.
pub(crate) fn is_build(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "makefile",
        "gnumakefile",
        "dockerfile",
        "containerfile",
        "jenkinsfile",
        "rakefile",
        "justfile",
        "gulpfile.js",
        "gruntfile.js",
        "setup.py",
        "build.rs",
        "configure",
        "configure.ac",
        "cmakelists.txt",
        "meson.build",
        "build.gradle",
        "build.gradle.kts",
        "package.json",
        "pyproject.toml",
        "package.ts",
        "package.js",
        "build.ts",
        "build.js",
        "build.py",
        "release.ts",
        "release.js",
        "release.py",
        "extconf.rb",
        "conanfile.py",
        "noxfile.py",
        "tasks.py",
        "vagrantfile",
        ".gitlab-ci.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "appveyor.yml",
        ".travis.yml",
        "cloudbuild.yaml",
        "buildspec.yml",
        "taskfile.yml",
        "bootstrap",
        "autogen.sh",
        "pom.xml",
        "install.sh",
        "postinstall.js",
        "preinstall.js",
        "setup.cfg",
        "pkgbuild",
        "magefile.go",
        "default.nix",
        "flake.nix",
        "gemfile",
        "hatch_build.py",
    ];
    const PLACES: &[&str] = &[
        ".github/workflows/",
        ".github/actions/",
        ".circleci/",
        ".gitlab/",
        ".buildkite/",
        ".ci/",
    ];
    const DIRS: &[&str] = &[
        "scripts",
        "script",
        "build",
        "ci",
        "packaging",
        "release",
        "tools",
        "hack",
        "build-scripts",
        "buildscripts",
        "m4",
        "cmake",
        "deploy",
        "bin",
        "buildspec",
        ".husky",
        "githooks",
    ];
    const CODE: &[&str] = &[
        "sh", "bash", "zsh", "fish", "py", "js", "mjs", "cjs", "ts", "mts", "cts", "rb", "pl",
        "ps1", "psm1", "bat", "cmd", "mk", "m4", "cmake", "gradle", "kts", "lua", "php", "go",
        "rs", "yml", "yaml", "groovy", "",
    ];
    let name = name(path);
    let dirs = path.strip_suffix(name).unwrap_or("");
    NAMES.contains(&name)
        || name.starts_with("dockerfile")
        || PLACES.iter().any(|place| path.contains(place))
        || matches!(
            extension(path),
            "mk" | "m4" | "cmake" | "gradle" | "spec" | "nix" | "ac" | "am" | "bzl" | "gyp"
        )
        || (CODE.contains(&extension(path)) && dirs.split('/').any(|dir| DIRS.contains(&dir)))
        || (matches!(extension(path), "js" | "ts" | "mjs" | "cjs")
            && (name.contains("webpack")
                || name.contains("rollup")
                || name.contains("vite.config")
                || name.contains("esbuild")
                || name.contains("gulpfile")))
}

fn is_docs(path: &str) -> bool {
    matches!(
        extension(path),
        "md" | "rst" | "adoc" | "txt" | "markdown" | "mdx" | "html" | "org"
    ) || path.starts_with("docs/")
        || path.starts_with("doc/")
        || path.contains("/docs/")
        || (path.contains("man/man") && extension(path).parse::<u8>().is_ok())
        || name(path).starts_with("readme")
        || name(path).starts_with("changelog")
}

/// Whether a path decides what others run, trust or review: building, packaging
/// and CI, agents' and editors' configuration, lock files, owners, the gate itself.
pub(crate) fn is_sensitive(path: &str) -> bool {
    const PLACES: &[&str] = &[
        ".vscode/",
        ".devcontainer/",
        ".husky/",
        ".github/",
        ".idea/",
    ];
    const NAMES: &[&str] = &[
        "codeowners",
        "mcp.json",
        ".mcp.json",
        ".gitmodules",
        ".gitattributes",
        ".npmrc",
        ".yarnrc.yml",
        ".pypirc",
        "pip.conf",
        "renovate.json",
        ".pre-commit-config.yaml",
    ];
    let lower = path.to_ascii_lowercase();
    is_gate(path)
        || is_lock(path)
        || matches!(role(path), Role::Build | Role::AgentRules)
        || NAMES.contains(&name(&lower))
        || PLACES
            .iter()
            .any(|place| lower.starts_with(place) || lower.contains(&format!("/{place}")))
}

/// Whether the path is of the gate's own configuration.
pub(crate) fn is_gate(path: &str) -> bool {
    path == crate::config::CONFIG_FILE || path.starts_with(crate::config::CONFIG_FOLDER)
}

/// Whether the path is a GitHub workflow or a composite action.
pub(crate) fn is_workflow(path: &str) -> bool {
    let is_yaml = matches!(extension(path), "yml" | "yaml");
    is_yaml
        && (path.contains(".github/workflows/")
            || matches!(name(path), "action.yml" | "action.yaml"))
}

/// Whether a shell runs the file.
pub(crate) fn is_shell(path: &str, text: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let first = text.lines().next().unwrap_or("");
    matches!(
        extension(&path),
        "sh" | "bash" | "zsh" | "ksh" | "command" | "bats" | "envrc"
    ) || path.contains(".husky/")
        || (first.starts_with("#!") && first.contains("sh"))
        || matches!(name(&path), ".bashrc" | ".zshrc" | ".profile" | "pkgbuild")
}

/// Whether the file is a list of resolved packages, of no interest to checks of prose and code.
pub(crate) fn is_lock(path: &str) -> bool {
    matches!(
        name(path),
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "cargo.lock"
            | "Cargo.lock"
            | "poetry.lock"
            | "uv.lock"
            | "go.sum"
            | "composer.lock"
            | "Gemfile.lock"
            | "Pipfile.lock"
            | "packages.lock.json"
            | "gradle.lockfile"
            | "bun.lock"
            | "flake.lock"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_files_are_for() {
        for (path, expected) in [
            ("scripts/package.ts", Role::Build),
            (".github/workflows/ci.yml", Role::Build),
            ("src/main.rs", Role::Code),
            ("test/scripts/a.js", Role::Test),
            ("README.md", Role::Docs),
            ("AGENTS.md", Role::AgentRules),
            (".cursor/rules/x.mdc", Role::AgentRules),
            ("m4/gettext.m4", Role::Build),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }
}

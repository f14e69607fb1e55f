//! Which file is read as what.

use super::Ecosystem;

/// A format of lock file, or of a manifest that pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `package-lock.json`, `npm-shrinkwrap.json`: versions 1, 2, 3.
    Npm,
    /// `pnpm-lock.yaml`: versions 5, 6, 9.
    Pnpm,
    /// `yarn.lock`: classic and berry.
    Yarn,
    /// `requirements*.txt`.
    Requirements,
    /// `poetry.lock`.
    Poetry,
    /// `uv.lock`.
    Uv,
    /// `Pipfile.lock`.
    Pipfile,
    /// `pdm.lock`.
    Pdm,
    /// `Cargo.lock`.
    Cargo,
    /// `go.mod`, which names every module of the build.
    GoMod,
    /// `go.sum`.
    GoSum,
    /// `pom.xml`.
    Pom,
    /// `gradle.lockfile`, `buildscript-gradle.lockfile`.
    GradleLock,
    /// `verification-metadata.xml` of Gradle.
    GradleVerification,
    /// `composer.lock`.
    Composer,
    /// `Gemfile.lock`.
    Gemfile,
    /// `packages.lock.json` of NuGet.
    NuGetLock,
    /// `packages.config` of NuGet.
    NuGetConfig,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Npm,
        Self::Pnpm,
        Self::Yarn,
        Self::Requirements,
        Self::Poetry,
        Self::Uv,
        Self::Pipfile,
        Self::Pdm,
        Self::Cargo,
        Self::GoMod,
        Self::GoSum,
        Self::Pom,
        Self::GradleLock,
        Self::GradleVerification,
        Self::Composer,
        Self::Gemfile,
        Self::NuGetLock,
        Self::NuGetConfig,
    ];

    /// The format of a path; `None` where it is no lock file.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        Some(match name {
            "package-lock.json" | "npm-shrinkwrap.json" | ".package-lock.json" => Self::Npm,
            "pnpm-lock.yaml" => Self::Pnpm,
            "yarn.lock" => Self::Yarn,
            "poetry.lock" => Self::Poetry,
            "uv.lock" => Self::Uv,
            "Pipfile.lock" => Self::Pipfile,
            "pdm.lock" => Self::Pdm,
            "Cargo.lock" => Self::Cargo,
            "go.mod" => Self::GoMod,
            "go.sum" => Self::GoSum,
            "pom.xml" => Self::Pom,
            "gradle.lockfile" | "buildscript-gradle.lockfile" => Self::GradleLock,
            "verification-metadata.xml" => Self::GradleVerification,
            "composer.lock" => Self::Composer,
            "Gemfile.lock" | "gems.locked" => Self::Gemfile,
            "packages.lock.json" => Self::NuGetLock,
            "packages.config" => Self::NuGetConfig,
            name if name.starts_with("requirements") && name.ends_with(".txt") => {
                Self::Requirements
            }
            _ => return None,
        })
    }

    /// Whose packages it lists.
    pub fn ecosystem(self) -> Ecosystem {
        match self {
            Self::Npm | Self::Pnpm | Self::Yarn => Ecosystem::Npm,
            Self::Requirements | Self::Poetry | Self::Uv | Self::Pipfile | Self::Pdm => {
                Ecosystem::PyPi
            }
            Self::Cargo => Ecosystem::Cargo,
            Self::GoMod | Self::GoSum => Ecosystem::Go,
            Self::Pom | Self::GradleLock | Self::GradleVerification => Ecosystem::Maven,
            Self::Composer => Ecosystem::Packagist,
            Self::Gemfile => Ecosystem::RubyGems,
            Self::NuGetLock | Self::NuGetConfig => Ecosystem::NuGet,
        }
    }

    /// Whether what it lists is built: `go.sum` and Gradle's digests also list
    /// versions that were only looked at.
    pub fn lists_what_is_built(self) -> bool {
        !matches!(self, Self::GoSum | Self::GradleVerification)
    }

    /// Whether a digest of every package's files is expected in it.
    pub fn has_integrity(self) -> bool {
        matches!(
            self,
            Self::Npm
                | Self::Pnpm
                | Self::Poetry
                | Self::Uv
                | Self::Pipfile
                | Self::Pdm
                | Self::Cargo
        )
    }
}

//! Which packages a change brings, and what they were before.

use std::collections::HashMap;

use crate::dependency::Package;

/// A package that is not there before the change exactly as it is after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brought<'a> {
    /// As it is now.
    pub(super) package: &'a Package,
    /// The same version as it was.
    pub(super) same: Option<&'a Package>,
    /// Any version of the same name as it was.
    pub(super) earlier: Option<&'a Package>,
}

impl Brought<'_> {
    /// Whether name or version are new.
    pub(super) fn is_new_version(&self) -> bool {
        self.same.is_none()
    }

    /// Whether the name is new.
    pub(super) fn is_new_name(&self) -> bool {
        self.earlier.is_none()
    }
}

/// What is in `after` and was not so in `before`.
pub(super) fn of<'a>(after: &'a [Package], before: &'a [Package]) -> Vec<Brought<'a>> {
    let mut versions: HashMap<(&str, &str), Vec<&'a Package>> = HashMap::new();
    let mut names: HashMap<String, &'a Package> = HashMap::new();
    for package in before {
        let key = (package.name.as_str(), package.version.as_str());
        versions.entry(key).or_default().push(package);
        names.insert(package.ecosystem.normal(&package.name), package);
    }
    let mut seen: HashMap<(&str, &str), &'a Package> = HashMap::new();
    let mut list = Vec::new();
    for package in after {
        let key = (package.name.as_str(), package.version.as_str());
        let same = versions.get(&key).map_or(&[][..], Vec::as_slice);
        let is_equal =
            |old: &Package| old.origin == package.origin && old.integrity == package.integrity;
        let is_repeated = seen.get(&key).is_some_and(|known| is_equal(known));
        if is_repeated || same.iter().any(|old| is_equal(old)) {
            continue;
        }
        seen.insert(key, package);
        list.push(Brought {
            package,
            same: same.first().copied(),
            earlier: names.get(&package.ecosystem.normal(&package.name)).copied(),
        });
    }
    list
}

//! Listing a bucket, entering only the folders that can hold what was asked for.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use gardefou_finding::{SkipReason, Untrusted};

use super::client::{Client, Pages, Query};
use super::error::S3Error;
use super::{Location, Request};
use crate::error::SourceError;
use crate::layout::Reach;
use crate::list::Listing;
use crate::source::{Source, skipped, unreadable};

/// Requests under way at once.
const PARALLEL: usize = 16;

/// Levels of folders that are entered one by one. CloudTrail's layout has at
/// most nine below its prefix.
const MAX_LEVELS: usize = 16;

/// Subfolders of one folder beyond which it is listed flat: such a tree is not
/// CloudTrail's, and one request a subfolder would cost more than it saves.
const MAX_SUBFOLDERS: usize = 5000;

/// Why a location cannot be listed at all.
pub(super) enum Denied {
    /// The bucket lies in another region, this one.
    OtherRegion(String),
    /// There is nothing below the location.
    Nothing,
    /// The request failed.
    Failed(S3Error),
}

impl Denied {
    pub(super) fn into_error(self, location: &Location) -> SourceError {
        let url = location.url();
        let error = match self {
            Self::Nothing => return SourceError::NoObject { url },
            Self::OtherRegion(region) => {
                let reason = format!("the bucket is said to be in {region}, and there it is not");
                return SourceError::Unreachable { url, reason };
            }
            Self::Failed(error) => error,
        };
        let reason = error.to_string();
        let refusal = error.refusal();
        if refusal.is_some_and(|refusal| refusal.has_code("NoSuchBucket")) {
            SourceError::NoBucket { url }
        } else if matches!(error, S3Error::NoCredentials(_)) {
            SourceError::NoCredentials { url, reason }
        } else if refusal.is_some_and(|refusal| (400..500).contains(&refusal.status)) {
            SourceError::Refused { url, reason }
        } else {
            SourceError::Unreachable { url, reason }
        }
    }
}

/// Asks for one object of the location.
pub(super) async fn probe(client: &Client, location: &Location) -> Result<(), Denied> {
    let query = Query {
        prefix: &location.prefix,
        count: Some("1"),
        ..Query::default()
    };
    match client.list(query, None).await {
        Ok(page) if page.objects.is_empty() => Err(Denied::Nothing),
        Ok(_) => Ok(()),
        Err(error) => Err(match other_region(client, &error) {
            Some(region) => Denied::OtherRegion(region),
            None => Denied::Failed(error),
        }),
    }
}

/// The region that S3 says the bucket lies in, when it is not the client's.
fn other_region(client: &Client, error: &S3Error) -> Option<String> {
    let region = error.refusal()?.region.clone();
    region.filter(|region| region != client.region())
}

/// Lists the location into `listing`, sorted by key.
pub(super) async fn list(client: &Client, request: &Request<'_>, listing: &mut Listing) {
    let mut lister = Lister {
        client,
        request,
        listing,
        objects: Vec::new(),
    };
    lister.note_resumption();
    let flat = lister.enter_folders().await;
    lister.list_flat(flat).await;
    let mut objects = lister.objects;
    objects.sort_unstable();
    let bucket = &request.location.bucket;
    let source = |(key, size)| Source::object(Arc::clone(bucket), key, size);
    listing.sources.extend(objects.into_iter().map(source));
}

struct Lister<'a> {
    client: &'a Client,
    request: &'a Request<'a>,
    listing: &'a mut Listing,
    /// Key and size.
    objects: Vec<(String, u64)>,
}

impl Lister<'_> {
    /// Goes down level by level from the prefix; returns the prefixes to list
    /// whole.
    async fn enter_folders(&mut self) -> Vec<String> {
        let mut flat = Vec::new();
        let mut level = vec![self.request.location.prefix.clone()];
        for _ in 0..MAX_LEVELS {
            let enter = self.choose(level, &mut flat);
            if enter.is_empty() {
                return flat;
            }
            let client = self.client;
            let found: Vec<_> = stream::iter(enter)
                .map(|prefix| async move {
                    let folder = open_folder(client, &prefix).await;
                    (prefix, folder)
                })
                .buffered(PARALLEL)
                .collect()
                .await;
            level = Vec::new();
            for (prefix, folder) in found {
                match folder {
                    Ok(Some(folder)) => {
                        self.take(folder.objects);
                        level.extend(folder.folders);
                    }
                    Ok(None) => flat.push(prefix),
                    Err(error) => self.fail(&prefix, &error),
                }
            }
        }
        flat.append(&mut level);
        flat
    }

    /// Which folders to enter; the others are left out or listed whole.
    fn choose(&mut self, level: Vec<String>, flat: &mut Vec<String>) -> Vec<String> {
        let mut enter = Vec::new();
        for prefix in level {
            if self.is_before_resumption(&prefix) {
                continue;
            }
            match self.request.selection.reach(&prefix) {
                Reach::Nothing(reason) => {
                    self.listing.skip(skipped(self.name(&prefix), reason));
                }
                Reach::Part => enter.push(prefix),
                Reach::Whole => flat.push(prefix),
            }
        }
        enter
    }

    async fn list_flat(&mut self, prefixes: Vec<String>) {
        let client = self.client;
        let after = self.request.after;
        let mut found = stream::iter(prefixes)
            .map(|prefix| async move {
                let mut objects = Vec::new();
                let result = list_whole(client, &prefix, after, &mut objects).await;
                (prefix, objects, result)
            })
            .buffered(PARALLEL);
        while let Some((prefix, objects, result)) = found.next().await {
            self.take(objects);
            if let Err(error) = result {
                self.fail(&prefix, &error);
            }
        }
    }

    fn take(&mut self, objects: Vec<(String, u64)>) {
        for (key, size) in objects {
            if self.request.after.is_some_and(|after| &*key <= after) {
                continue;
            }
            if let Some(reason) = self.request.selection.excludes(&key) {
                self.listing.skip(skipped(self.name(&key), reason));
            } else if key.ends_with('/') && size == 0 {
                // What consoles make to show an empty folder.
                self.listing
                    .skip(skipped(self.name(&key), SkipReason::EmptyFile));
            } else {
                self.objects.push((key, size));
            }
        }
    }

    /// Whether every key with this prefix was read before.
    fn is_before_resumption(&self, prefix: &str) -> bool {
        self.request
            .after
            .is_some_and(|after| prefix < after && !after.starts_with(prefix))
    }

    /// One skip stands for all that an earlier reading has read.
    fn note_resumption(&mut self) {
        if let Some(after) = self.request.after {
            let name = self.name(after);
            self.listing
                .skip(skipped(name, SkipReason::OutsideSelection));
        }
    }

    fn fail(&mut self, prefix: &str, error: &S3Error) {
        self.listing
            .fail(unreadable(self.name(prefix), error.to_string()));
    }

    fn name(&self, key: &str) -> Untrusted {
        Untrusted::new(format!("s3://{}/{key}", self.request.location.bucket))
    }
}

/// What lies directly in a folder.
#[derive(Default)]
struct Folder {
    objects: Vec<(String, u64)>,
    folders: Vec<String>,
}

/// Lists one folder without what is below its subfolders; `None` when it has
/// too many of them.
async fn open_folder(client: &Client, prefix: &str) -> Result<Option<Folder>, S3Error> {
    let mut folder = Folder::default();
    let query = Query {
        prefix,
        delimiter: Some("/"),
        ..Query::default()
    };
    let mut pages = Pages::new(client, query);
    while let Some(page) = pages.next().await? {
        folder.objects.extend(page.objects);
        folder.folders.extend(page.folders);
        if folder.folders.len() > MAX_SUBFOLDERS {
            return Ok(None);
        }
    }
    Ok(Some(folder))
}

/// Lists every object below a prefix, page after page. What was found before
/// an error stays in `objects`.
async fn list_whole(
    client: &Client,
    prefix: &str,
    after: Option<&str>,
    objects: &mut Vec<(String, u64)>,
) -> Result<(), S3Error> {
    let query = Query {
        prefix,
        after,
        ..Query::default()
    };
    let mut pages = Pages::new(client, query);
    while let Some(page) = pages.next().await? {
        objects.extend(page.objects);
    }
    Ok(())
}

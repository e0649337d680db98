//! Writing the archive.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::Package;

/// How the files lie in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Layout {
    /// The manifest at the root.
    #[default]
    Root,
    /// Everything in one folder.
    Folder(String),
    /// As GitHub packs a tag: in `{owner}-{name}-{first seven of the commit}/`, with an entry for
    /// every folder and the commit in the archive's comment.
    Codeload {
        /// `owner/name`.
        repository: String,
        /// The commit, forty hex digits.
        commit: String,
    },
}

impl Layout {
    /// GitHub's layout of `repository` at a made-up commit.
    pub fn codeload(repository: &str) -> Self {
        Self::Codeload {
            repository: repository.to_owned(),
            commit: "4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6".to_owned(),
        }
    }

    /// The folder that everything lies in, with its slash; empty where there is none.
    pub fn folder(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Folder(name) => format!("{name}/"),
            Self::Codeload { repository, commit } => {
                format!("{}-{}/", repository.replace('/', "-"), &commit[..7])
            }
        }
    }
}

impl Package {
    /// The archive: deflated, except for what is too small to gain; the same bytes every time.
    ///
    /// # Panics
    /// Where two files have the same path.
    pub fn zip(&self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let folder = self.layout.folder();
        if let Layout::Codeload { commit, .. } = &self.layout {
            archive
                .set_comment(commit.as_str())
                .expect("a short comment");
            for path in self.folders(&folder) {
                archive.add_directory(path, options(0)).expect("a folder");
            }
        }
        let manifest = (self.manifest_name.to_owned(), self.manifest_text());
        let inside = std::iter::once(&manifest)
            .chain(&self.files)
            .map(|(path, bytes)| (format!("{folder}{path}"), bytes));
        let strays = self
            .strays
            .iter()
            .map(|(path, bytes)| (path.clone(), bytes));
        for (path, bytes) in inside.chain(strays) {
            archive
                .start_file(path, options(bytes.len()))
                .expect("a new path");
            archive.write_all(bytes).expect("memory takes all");
        }
        archive.finish().expect("an archive").into_inner()
    }

    /// Every folder that files lie in, outermost first.
    fn folders(&self, top: &str) -> Vec<String> {
        let mut folders = vec![top.to_owned()];
        for (path, _) in &self.files {
            for (end, _) in path.match_indices('/') {
                let folder = format!("{top}{}", &path[..=end]);
                if !folders.contains(&folder) {
                    folders.push(folder);
                }
            }
        }
        folders
    }
}

fn options(size: usize) -> SimpleFileOptions {
    let method = match size {
        0..64 => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    };
    let time = DateTime::from_date_and_time(2026, 11, 22, 9, 58, 0).unwrap_or_default();
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(time)
        .unix_permissions(0o644)
}

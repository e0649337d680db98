//! Which repositories may publish.

use registry::Repository;

/// The list in `GITHUB_REPOSITORIES`: comma-separated `owner/name` or `owner/*`. The empty list
/// allows nothing. GitHub's names ignore case, and so does the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedRepositories(Vec<(String, String)>);

impl AllowedRepositories {
    /// Reads the list; `None` where an entry has another form.
    pub fn parse(list: &str) -> Option<Self> {
        list.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                let (owner, name) = entry.split_once('/')?;
                let plain = !owner.is_empty() && !name.is_empty() && !owner.contains('*');
                let whole = name == "*" || !name.contains(['*', '/']);
                (plain && whole).then(|| (owner.to_owned(), name.to_owned()))
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// Whether `repository` may publish.
    pub fn allow(&self, repository: &Repository) -> bool {
        let Some((owner, name)) = repository.as_str().split_once('/') else {
            return false;
        };
        self.0.iter().any(|(allowed_owner, allowed_name)| {
            allowed_owner.eq_ignore_ascii_case(owner)
                && (allowed_name == "*" || allowed_name.eq_ignore_ascii_case(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use registry::Repository;

    use super::AllowedRepositories;

    #[test]
    fn the_list_allows_what_it_names() {
        for (list, repository, expected) in [
            ("", "a/b", false),
            ("a/b", "a/b", true),
            ("A/B", "a/b", true),
            ("a/b", "a/bc", false),
            ("a/*", "a/bc", true),
            ("a/*", "ab/c", false),
            (" x/y , a/b ,", "a/b", true),
        ] {
            let allowed = AllowedRepositories::parse(list).expect(list);
            let repository = Repository::parse(repository).expect(repository);
            assert_eq!(allowed.allow(&repository), expected, "{list} {repository}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for list in ["*", "*/*", "a", "a/", "/b", "a/b*", "a/b/c"] {
            assert_eq!(AllowedRepositories::parse(list), None, "{list}");
        }
    }
}

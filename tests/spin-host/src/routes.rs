//! Which component answers a path, as in Spin's `crates/routes`.
//!
//! An exact route wins over a wildcard, a longer prefix over a shorter one; `/x/...`
//! also takes `/x` and `/x/`; of two equal routes the last one counts. The matching is
//! done by the library that Spin uses.

use crate::manifest::Route;

/// A route that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("trigger.http {route:?}: {problem}")]
pub struct RouteError {
    route: String,
    problem: String,
}

/// All routes of an application.
pub struct Routes(routefinder::Router<Route>);

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The route as written, and its component.
    pub route: &'a Route,
    /// What the trailing wildcard took, with its leading slash; Spin's `spin-path-info`.
    pub path_info: String,
}

impl Routes {
    /// Builds the table.
    ///
    /// # Errors
    /// A pattern that the matcher does not take.
    pub fn new(routes: &[Route]) -> Result<Self, RouteError> {
        let mut router = routefinder::Router::new();
        for (index, route) in routes.iter().enumerate() {
            let replaced = routes[index + 1..]
                .iter()
                .any(|later| later.pattern == route.pattern);
            if replaced {
                continue;
            }
            router
                .add(matcher(&route.pattern), route.clone())
                .map_err(|problem| RouteError {
                    route: route.pattern.clone(),
                    problem: problem.to_string(),
                })?;
        }
        Ok(Self(router))
    }

    /// The best route for `path`, or `None` for Spin's empty 404.
    pub fn find(&self, path: &str) -> Option<Match<'_>> {
        let best = self.0.best_match(path)?;
        let path_info = match (best.captures().wildcard(), path.ends_with('/')) {
            (None, _) | (Some(""), false) => String::new(),
            (Some(""), true) => "/".to_owned(),
            (Some(rest), false) => format!("/{rest}"),
            (Some(rest), true) => format!("/{rest}/"),
        };
        Some(Match {
            route: best.handler(),
            path_info,
        })
    }
}

impl Match<'_> {
    /// The route without its wildcard; Spin's `spin-component-route`.
    pub fn prefix(&self) -> &str {
        self.route
            .pattern
            .strip_suffix("/...")
            .unwrap_or(&self.route.pattern)
    }
}

/// Spin's pattern in the matcher's language: `/...` is `/*`, one trailing slash goes.
fn matcher(pattern: &str) -> String {
    let absolute = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("/{pattern}")
    };
    let trimmed = absolute.strip_suffix('/').unwrap_or(&absolute);
    match trimmed.strip_suffix("/...") {
        Some(prefix) => format!("{prefix}/*"),
        None => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pattern is its own component.
    fn check(patterns: &[&str], cases: &[(&str, Option<(&str, &str)>)]) {
        let route = |pattern: &&str| Route {
            pattern: (*pattern).to_owned(),
            component: (*pattern).to_owned(),
        };
        let routes = match Routes::new(&patterns.iter().map(route).collect::<Vec<_>>()) {
            Ok(routes) => routes,
            Err(error) => panic!("{error}"),
        };
        for (path, expected) in cases {
            let found = routes.find(path);
            let found = found
                .as_ref()
                .map(|hit| (hit.route.component.as_str(), hit.path_info.as_str()));
            assert_eq!(found, *expected, "{path} among {patterns:?}");
        }
    }

    #[test]
    fn precedence_and_path_info() {
        check(
            &[
                "/...",
                "/packages/...",
                "/packages/exact",
                "/packages/deep/er/...",
                "/health/webhook",
                "/",
            ],
            &[
                ("/", Some(("/", ""))),
                ("/index.html", Some(("/...", "/index.html"))),
                ("/packages", Some(("/packages/...", ""))),
                ("/packages/", Some(("/packages/...", "/"))),
                ("/packages/a/b.json", Some(("/packages/...", "/a/b.json"))),
                ("/packages/a/", Some(("/packages/...", "/a/"))),
                ("/packagesx", Some(("/...", "/packagesx"))),
                ("/packages/exact", Some(("/packages/exact", ""))),
                (
                    "/packages/exact/more",
                    Some(("/packages/...", "/exact/more")),
                ),
                ("/packages/deep/er/x", Some(("/packages/deep/er/...", "/x"))),
                ("/health/webhook", Some(("/health/webhook", ""))),
            ],
        );
        check(
            &["/a", "/a/..."],
            &[("/a", Some(("/a", ""))), ("/b", None), ("/", None)],
        );
    }

    #[test]
    fn the_last_of_equal_routes_counts() -> Result<(), RouteError> {
        let route = |component: &str| Route {
            pattern: "/x".to_owned(),
            component: component.to_owned(),
        };
        let routes = Routes::new(&[route("first"), route("last")])?;
        assert_eq!(
            routes.find("/x").map(|hit| hit.route.component.as_str()),
            Some("last")
        );
        Ok(())
    }
}

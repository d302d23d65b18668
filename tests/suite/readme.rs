//! The README's table is what the clients have.

#[test]
fn the_readme_names_every_operation_and_no_other() {
    let readme = include_str!("../../README.md");
    let known: Vec<&str> = [
        tokenward_atlassian::raw::OPERATIONS,
        tokenward_launchdarkly::raw::OPERATIONS,
        tokenward_mist::raw::OPERATIONS,
        tokenward_sailpoint::raw::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .map(|operation| operation.id)
    .collect();
    for operation in &known {
        assert!(readme.contains(&format!("`{operation}`")), "{operation} is not in the README");
    }
    let table = readme.lines().filter(|line| line.starts_with("| `"));
    let named = table.flat_map(|line| line.split('`').skip(3).step_by(2)).filter(|name| name.contains('_'));
    for name in named {
        assert!(known.contains(&name), "the README names {name}, which no client has");
    }
}

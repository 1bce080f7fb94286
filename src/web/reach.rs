//! The matrix of who reaches what, each cell a button that shows its request. Decides nothing.

use crate::net::Source;
use crate::net::reach::Matrix;
use std::rc::Rc;
use yew::prelude::*;

/// What the matrix shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The rows' words, the columns' words, and each cell.
    pub table: Rc<Table>,
    /// Called with the request of a cell.
    pub onshow: Callback<(usize, usize)>,
}

/// A matrix in words.
#[derive(Debug, Default, PartialEq)]
pub struct Table {
    /// The Service ports.
    pub columns: Vec<String>,
    /// The sources, and for each port whether it answers and in what word.
    pub rows: Vec<(String, Vec<(bool, &'static str)>)>,
}

impl Table {
    /// The words of a matrix.
    pub fn of(matrix: &Matrix) -> Self {
        let columns =
            matrix.targets().iter().map(|target| format!("{}:{}", target.service.name, target.port));
        let row = |source: &Source| {
            let cells = matrix.targets().iter().map(|target| {
                matrix.cell(source, target).map_or((false, "?"), |cell| (cell.is_open(), cell.word()))
            });
            (source.words(), cells.collect())
        };
        Self { columns: columns.collect(), rows: matrix.sources().iter().map(row).collect() }
    }
}

/// The matrix.
#[component]
pub fn Reach(props: &Props) -> Html {
    let table = &props.table;
    if table.columns.is_empty() {
        return html! { <p class="empty">{ "There is no Service to reach yet." }</p> };
    }
    let cell = |row: usize, column: usize, (open, word): (bool, &'static str)| {
        let onshow = props.onshow.clone();
        let label = format!("{} to {}: {word}", table.rows[row].0, table.columns[column]);
        html! {
            <td>
                <button class={if open { "good" } else { "bad" }} aria-label={label}
                    onclick={Callback::from(move |_: MouseEvent| onshow.emit((row, column)))}>
                    { if open { "✓" } else { "✗" } }<span>{ word }</span>
                </button>
            </td>
        }
    };
    html! {
        <div class="reach hoplist" tabindex="0">
            <table>
                <caption>{ "Who reaches what, now. A cell shows its request." }</caption>
                <thead><tr><th scope="col">{ "from" }</th>{ for table.columns.iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>
                    { for table.rows.iter().enumerate().map(|(row, (name, cells))| html! {
                        <tr>
                            <th scope="row">{ name }</th>
                            { for cells.iter().enumerate().map(|(column, it)| cell(row, column, *it)) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

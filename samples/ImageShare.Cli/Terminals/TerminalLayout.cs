namespace ImageShare.Cli.Terminals;

/// <summary>Where questions appear among other lines.</summary>
internal enum TerminalLayout
{
    /// <summary>Standard error is a terminal with cursor control: progress and the question stay at the bottom.</summary>
    Live,

    /// <summary>Output appears in order: the answer follows the question on its line, and an interrupted question is repeated.</summary>
    OpenLine,

    /// <summary>Standard output reaches the same terminal by another way, at any time: a question has a line of its own and is repeated with its answer.</summary>
    WholeLines,
}

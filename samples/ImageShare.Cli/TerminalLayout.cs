namespace ImageShare.Cli;

/// <summary>How questions stand among other lines.</summary>
internal enum TerminalLayout
{
    /// <summary>Standard error is a terminal that can be written over: progress and the question stay below what is said.</summary>
    Live,

    /// <summary>All that is written is written in this order: the answer follows the question in its line, and a question that is interrupted is written once more.</summary>
    OpenLine,

    /// <summary>Standard output takes another way to the same terminal, and may arrive whenever it likes: a question is a line of its own, and stands once more beside its answer.</summary>
    WholeLines,
}

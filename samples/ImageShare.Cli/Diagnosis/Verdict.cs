using ImageShare.Cli.Commands;

namespace ImageShare.Cli.Diagnosis;

/// <summary>What a check found, from the best to the worst.</summary>
internal enum Verdict
{
    /// <summary>It works.</summary>
    Ok,

    /// <summary>It does not apply, or cannot be checked without sharing an image.</summary>
    NotChecked,

    /// <summary>It works here and now; there is something to know.</summary>
    Warning,

    /// <summary>The peer does not say.</summary>
    Unknown,

    /// <summary>The peer cannot share images.</summary>
    NotCapable,

    /// <summary>It does not work.</summary>
    Failed,
}

/// <summary>The names and exit statuses of verdicts.</summary>
internal static class Verdicts
{
    public static string Name(this Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.NotChecked => "notChecked",
        Verdict.Warning => "warning",
        Verdict.Unknown => "unknown",
        Verdict.NotCapable => "notCapable",
        _ => "failed",
    };

    public static int ToExitStatus(this Verdict worst) => worst switch
    {
        Verdict.Ok or Verdict.NotChecked => ExitStatus.Done,
        Verdict.Warning => ExitStatus.Advice,
        Verdict.Unknown => ExitStatus.Unknown,
        Verdict.NotCapable => ExitStatus.NotCapable,
        _ => ExitStatus.Failed,
    };
}

using System.Runtime.CompilerServices;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>Where the checked-out files are: found from this file's own place, so it needs no working directory.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

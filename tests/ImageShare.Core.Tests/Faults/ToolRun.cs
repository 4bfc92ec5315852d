using System.Diagnostics;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A tool of the system that ends at once.</summary>
internal static class ToolRun
{
    /// <summary>Runs it.</summary>
    /// <returns>Null if it succeeded; otherwise what it said.</returns>
    public static string? Of(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)}: {errors.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"{program}: {e.Message}";
        }
    }
}

using System.Diagnostics;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>This program once more, for the other end: it reads lines and answers each with one.</summary>
internal static class SecondProcess
{
    public static Process Start(string mode)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SecondProcess).Assembly.Location);
        }

        start.ArgumentList.Add(mode);
        return Process.Start(start)!;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ImageShare.Core.Benchmarks.Peers;

/// <summary>A C library that does the same work, in a program of ours that is compiled when the benchmark starts.</summary>
internal sealed class Peer
{
    private readonly string _program;

    private Peer(string name, string program) => (Name, _program) = (name, program);

    public string Name { get; }

    /// <summary>Compiles the program; null, with the reason printed, if there is no compiler or the library is not installed.</summary>
    /// <param name="name">The name of the library.</param>
    /// <param name="source">The program, relative to the benchmark.</param>
    /// <param name="package">The pkg-config name of the library, which is in the Debian package <paramref name="debian"/>.</param>
    /// <param name="debian">The Debian package.</param>
    /// <param name="directory">Where the program goes.</param>
    public static Peer? TryBuild(string name, string source, string package, string debian, string directory)
    {
        string program = Path.Combine(directory, Path.GetFileNameWithoutExtension(source));
        if (!TryRun("pkg-config", ["--cflags", "--libs", package], out string flags))
        {
            Console.WriteLine($"{name}: left out, {debian} or pkg-config is not installed");
            return null;
        }

        string text = Path.Combine(AppContext.BaseDirectory, source), shared = Path.Combine(AppContext.BaseDirectory, "Peers");
        string[] arguments = ["-O2", "-I", shared, "-o", program, text, .. flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        if (!TryRun("cc", arguments, out string messages))
        {
            Console.WriteLine($"{name}: left out, cc does not compile {text}: {messages}");
            return null;
        }

        return new Peer(name, program);
    }

    /// <summary>The CPU time of one piece of work in nanoseconds.</summary>
    /// <param name="work">What to do, by the name the program has for it.</param>
    /// <param name="times">How often to do it.</param>
    /// <param name="file">The text to do it with.</param>
    /// <param name="places">Where the text changes each time.</param>
    public double Measure(string work, int times, string file, ReadOnlySpan<int> places)
    {
        string[] arguments = [work, times.ToString(CultureInfo.InvariantCulture), file, .. places.ToArray().Select(static p => p.ToString(CultureInfo.InvariantCulture))];
        if (!TryRun(_program, arguments, out string result))
        {
            throw new InvalidOperationException($"{Name} does not do the work: {result}");
        }

        using var json = JsonDocument.Parse(result);
        return json.RootElement.GetProperty("nanoseconds").GetDouble();
    }

    private static bool TryRun(string program, string[] arguments, out string output)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            output = process.ExitCode == 0 ? output : errors.Result.Trim();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            output = e.Message;
            return false;
        }
    }
}

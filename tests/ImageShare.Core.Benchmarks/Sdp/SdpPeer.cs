using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ImageShare.Core.Benchmarks.Sdp;

/// <summary>A C library that reads session descriptions, in a program of ours that is compiled when the benchmark starts.</summary>
internal sealed class SdpPeer
{
    private readonly string _program;
    private readonly string _offer;

    private SdpPeer(string name, string program, string offer) => (Name, _program, _offer) = (name, program, offer);

    public string Name { get; }

    /// <summary>Compiles the program; null, with the reason printed, if there is no compiler or the library is not installed.</summary>
    /// <param name="name">The name of the library.</param>
    /// <param name="source">The file name of the program without its extension.</param>
    /// <param name="package">The pkg-config name of the library, which is in the Debian package <paramref name="debian"/>.</param>
    /// <param name="debian">The Debian package.</param>
    /// <param name="directory">Where the program and the offer go.</param>
    public static SdpPeer? TryBuild(string name, string source, string package, string debian, string directory)
    {
        string program = Path.Combine(directory, source), offer = Path.Combine(directory, "offer.sdp");
        File.WriteAllBytes(offer, Samples.Sdp);
        if (!TryRun("pkg-config", ["--cflags", "--libs", package], out string flags))
        {
            Console.WriteLine($"{name}: left out, {debian} or pkg-config is not installed");
            return null;
        }

        string text = Path.Combine(AppContext.BaseDirectory, "Sdp", "Peers", source + ".c");
        string[] arguments = ["-O2", "-o", program, text, .. flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        if (!TryRun("cc", arguments, out string messages))
        {
            Console.WriteLine($"{name}: left out, cc does not compile {text}: {messages}");
            return null;
        }

        return new SdpPeer(name, program, offer);
    }

    /// <summary>The CPU time of one piece of work in nanoseconds.</summary>
    /// <param name="work"><c>parse</c>, <c>typed</c> or <c>write</c>.</param>
    /// <param name="times">How often to do it.</param>
    public double Measure(string work, int times)
    {
        if (!TryRun(_program, [work, times.ToString(CultureInfo.InvariantCulture), _offer], out string result))
        {
            throw new InvalidOperationException($"{Name} does not read the offer: {result}");
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

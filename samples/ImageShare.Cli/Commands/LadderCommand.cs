using System.CommandLine;
using ImageShare.Cli.Captures;
using ImageShare.Cli.Inspection;
using ImageShare.Cli.Ladders;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;
using ImageShare.Core;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare ladder FILE</c>: draws who sent what to whom in a capture or a trace, in the terminal and as an SVG.</summary>
internal static class LadderCommand
{
    private const long MaxTrace = 64 * 1024 * 1024;

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<FileInfo>("file") { Description = "A capture (pcap or pcapng, of --trace, tcpdump or Wireshark) or a text of --trace" };
        var svg = new Option<FileInfo?>("--svg") { Description = "Draw it into this SVG file too", HelpName = "FILE" };
        var command = new Command("ladder", "Draw the exchange in a capture or trace: both sides, times, sizes, errors") { file, svg, common.Json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file), parsed.GetValue(svg), parsed.GetValue(common.Json) ? new JsonOutput(Console.Out) : null));
        return command;
    }

    private static int Run(FileInfo file, FileInfo? svg, JsonOutput? json)
    {
        var exchange = new Exchange();
        string? error = null;
        try
        {
            if (Directory.Exists(file.FullName))
            {
                throw new CaptureException("This is a folder; give a file in it.");
            }

            using FileStream stream = file.OpenRead();
            foreach (CapturedMessage message in Read(stream))
            {
                exchange.Add(message);
            }
        }
        catch (Exception e) when (e is CaptureException or IOException or UnauthorizedAccessException)
        {
            // What was read before it is drawn.
            error = e.Message;
        }

        exchange.End();
        if (exchange.Rows.Count > 0)
        {
            if (json is null)
            {
                foreach (string line in LadderText.Draw(exchange, StandardTerminal.OutputColumns))
                {
                    Console.WriteLine(line);
                }
            }
            else
            {
                LadderJson.Write(json, exchange);
            }

            error ??= svg is null ? null : Save(svg, LadderSvg.Draw(exchange, file.Name));
        }

        error ??= exchange.Rows.Count == 0 ? CaptureFile.NothingFound : null;
        if (error is not null)
        {
            string message = $"{Shown.Text(file.ToString())}: {Shown.Text(error)}";
            if (json is null)
            {
                StandardError.Say(message);
            }
            else
            {
                new JsonReporter(json, TimeSpan.Zero).Failed(ImageShareError.SourceUnreadable, message, null, null);
            }
        }

        return error is null ? ExitStatus.Done : ExitStatus.Failed;
    }

    private static IEnumerable<CapturedMessage> Read(FileStream stream)
    {
        if (!stream.CanSeek)
        {
            throw new CaptureException("This is a pipe; save what comes from it in a file first.");
        }

        byte[] start = new byte[4];
        int read = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        stream.Position = 0;
        if (PacketFileReader.IsCapture(start.AsSpan(0, read)))
        {
            return CaptureFile.Read(stream);
        }

        if (!TraceInspector.IsTrace(start))
        {
            throw new CaptureException("This is neither a capture (pcap, pcapng) nor a trace of --trace.");
        }

        if (stream.Length > MaxTrace)
        {
            throw new CaptureException("The trace is larger than 64 MB; cut it between two messages.");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return TraceText.Read(bytes);
    }

    private static string? Save(FileInfo svg, string content)
    {
        try
        {
            File.WriteAllText(svg.FullName, content);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"--svg: {svg} cannot be written: {e.Message}";
        }
    }
}

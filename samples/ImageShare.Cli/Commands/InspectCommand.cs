using System.CommandLine;
using ImageShare.Cli.Inspection;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare inspect FILE...</c>: decodes raw bytes field by field, or says what is wrong and where.</summary>
internal static class InspectCommand
{
    public static Command Create(CommonOptions common)
    {
        var files = new Argument<FileInfo[]>("file") { Description = "Files with raw messages", Arity = ArgumentArity.OneOrMore };
        Option<string?> kind = CommonOptions.OneOfOrNone("--kind", "Their kind; detected from the first bytes by default", "sip", "sdp", "msrp", "multipart", "trace", "capture");
        var command = new Command("inspect", "Decode raw SIP, SDP, MSRP and multipart bytes, traces and captures (pcap, pcapng), and report faults") { files, kind, common.Json };
        command.SetAction(parsed =>
        {
            bool json = parsed.GetValue(common.Json);
            int status = ExitStatus.Done;
            foreach (FileInfo file in parsed.GetRequiredValue(files))
            {
                if (!TryRead(file, out byte[] bytes, out string error))
                {
                    status = ExitStatus.Failed;
                    StandardError.Say($"{Shown.Text(file.ToString())}: {Shown.Text(error)}");
                    if (json)
                    {
                        WriteJson(file, new Finding { Error = "Unreadable" });
                    }

                    continue;
                }

                foreach (Finding finding in Inspector.Inspect(bytes, parsed.GetValue(kind)))
                {
                    status = finding.Error is null ? status : ExitStatus.Failed;
                    if (json)
                    {
                        WriteJson(file, finding);
                    }
                    else
                    {
                        foreach (string line in FindingText.Lines(file.ToString(), finding, StandardTerminal.OutputColumns))
                        {
                            Console.WriteLine(line);
                        }
                    }
                }
            }

            return status;
        });
        return command;
    }

    private static bool TryRead(FileInfo file, out byte[] bytes, out string error)
    {
        bytes = [];
        error = string.Empty;
        if (Directory.Exists(file.FullName))
        {
            error = "This is a folder; give the files in it.";
            return false;
        }

        try
        {
            bytes = File.ReadAllBytes(file.FullName);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return false;
        }
    }

    private static void WriteJson(FileInfo file, Finding finding) => new JsonOutput(Console.Out).Write("finding", json =>
    {
        json.WriteString("file", file.ToString());
        if (finding.Kind is { } kind)
        {
            json.WriteString("kind", kind);
        }

        json.WriteBoolean("valid", finding.Error is null);
        if (finding.Start is { } start)
        {
            json.WriteString("start", start);
        }

        if (finding.Error is { } error)
        {
            json.WriteString("error", error);
        }

        json.WriteNumber("offset", finding.Offset);
        json.WriteStartArray("warnings");
        foreach (FoundWarning warning in finding.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("code", warning.Code);
            json.WriteNumber("offset", warning.Offset);
            if (warning.Clause is { } clause)
            {
                json.WriteString("clause", clause);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("body", finding.BodyLength);
    });
}

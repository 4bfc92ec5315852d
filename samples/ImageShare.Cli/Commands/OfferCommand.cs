using System.CommandLine;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Shares;
using ImageShare.Cli.Traces;
using ImageShare.Core;

namespace ImageShare.Cli.Commands;

/// <summary><c>imageshare offer DIR</c>: serves the images of a folder.</summary>
internal static class OfferCommand
{
    public static Command Create(CommonOptions common)
    {
        var folder = new Argument<DirectoryInfo>("dir") { Description = "The folder whose images are served, without subfolders" };
        Option<int?> count = CommonOptions.Count("Exit after this many served shares have ended");
        Option<long?> maxRate = CommonOptions.Bytes("--max-rate", $"Maximum rate in bytes per second for each share; {CommonOptions.LeastRate}");
        maxRate.HelpName = "BYTES_PER_S";
        var command = new Command("offer", "Serve the images of a folder: peers fetch them with 'imageshare fetch'") { folder, count, maxRate };
        common.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            IReporter reporter = Reporters.For(common, parsed);
            return await CommandRunner.RunAsync(reporter, async cancellationToken =>
            {
                await using var tracing = new Tracing(common, parsed, reporter);
                DirectoryInfo directory = parsed.GetRequiredValue(folder);
                if (!directory.Exists)
                {
                    throw new ImageShareException(ImageShareError.FileNotFound, $"The folder '{directory}' does not exist; choose a folder with images.");
                }

                var catalogue = new ReportedCatalogue(reporter, directory.FullName, parsed.GetValue(maxRate));
                ImageShareOptions options = common.ToClientOptions(parsed, tracing.Sink) with { Catalogue = catalogue };
                await using ImageShareClient client = await StartedClient.ListenAsync(reporter, options, cancellationToken);
                await catalogue.SayIfEmptyAsync(client.Address, cancellationToken);
                return await new Server(reporter).RunAsync(client, parsed.GetValue(count), cancellationToken);
            });
        });
        return command;
    }
}

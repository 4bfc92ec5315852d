using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using ImageShare.Cli.Commands;
using ImageShare.Cli.Execution;
using ImageShare.Cli.Help;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;

StandardOutput output = StandardOutput.Install();
(string[] own, string[] execArguments) = ExecLine.Split(args);
var common = new CommonOptions();
var root = new RootCommand("Shares images between SIP addresses: GSMA IR.79 Image Share over SIP and MSRP. Try 'imageshare demo' first.")
{
    DemoCommand.Create(common),
    ListenCommand.Create(common, execArguments),
    QueryCommand.Create(common),
    SendCommand.Create(common),
    OfferCommand.Create(common),
    FetchCommand.Create(common),
    RegisterCommand.Create(common),
    DoctorCommand.Create(common),
    InspectCommand.Create(common),
    LadderCommand.Create(common),
    CompletionCommand.Create(),
};

root.Options.OfType<HelpOption>().Single().Action = new CommandHelp();

ParseResult parsed = root.Parse(own);

// A line to be completed is not complete: its errors are none.
bool isCompletion = root.Directives.OfType<SuggestDirective>().Any(directive => parsed.GetResult(directive) is not null);
if (parsed.Errors.Count > 0 && !isCompletion)
{
    UsageErrors.Say(parsed, json: own.TakeWhile(static a => a != "--").Contains("--json"));
    if (ExecLine.Hint(parsed.CommandResult.Command, execArguments) is { } hint)
    {
        StandardError.Say(hint);
    }

    return ExitStatus.Usage;
}

// The commands handle signals themselves: Ctrl-C must cancel the share before the program ends.
return output.StatusOr(await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }));
